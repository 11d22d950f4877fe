import { takeDown } from "../engine/takedown";
import { currentTarget, nameOf } from "../engine/target";
import { elapsed, main, say } from "../../lib/progress";

main(async () => {
  const target = currentTarget();
  await takeDown(target);
  say(`The stack ${target.stack} is gone from ${nameOf(target)}. (${elapsed()})`);
});
