import type { Mistake } from "../../mistake";
import type { RedisArgs } from "../args";
import { restoreChoice } from "./restore-choice";

const folder = /^[A-Za-z0-9._-]+(\/[A-Za-z0-9._-]+)*$/;

const forms = `write "latest", the name of an archive ("2026-11-25T07-00-12Z", see make archives) or a time with its zone ("2026-11-25T07:00:12Z"), for the newest archive that is not after it`;

/** What is wrong with `restore`. Pure. */
export function restoreMistakes({ mode, restore, archive }: RedisArgs): Mistake[] {
  if (restore === undefined) return [];
  const mistakes: Mistake[] = [];
  const refuse = (property: string, value: unknown, reason: string) => mistakes.push({ property, value, reason });
  // If it is missing the compiler, config/schema.ts or the provider's schema tells so; in plain JavaScript none does.
  const from: string | undefined = restore.from;
  if (archive === undefined)
    refuse(
      "restore",
      undefined,
      "needs to know where the archives are: write archive too, with the bucket, s3 or volume that holds them",
    );
  else if (archive.volume && archive.volume.claim === undefined && mode === "sentinel") {
    refuse(
      "restore",
      undefined,
      'cannot reach a volume that is made for the archives from pods on several nodes: name one that many nodes may mount (archive.volume.claim), use a bucket or s3, or restore into mode "standalone"',
    );
  }
  if (from !== undefined && restoreChoice(from) === undefined)
    refuse("restore.from", from, `does not say which archive: ${forms}`);
  if (restore.root !== undefined && !folder.test(restore.root))
    refuse("restore.root", restore.root, `is not a folder as archives are kept in: write e.g. "redis-prod/redis"`);
  return mistakes;
}
