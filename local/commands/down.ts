import { takeDown } from "../engine/takedown";
import { currentTarget, nameOf } from "../engine/target";
import { elapsed, main, say } from "../lib/progress";

main(async () => {
  const target = currentTarget();
  await takeDown(target);
  say(`Nothing is left on ${nameOf(target)}. (${elapsed()})`);
});
