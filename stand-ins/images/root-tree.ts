import {
  chmodSync,
  chownSync,
  copyFileSync,
  cpSync,
  existsSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  realpathSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import * as path from "node:path";
import { run } from "../../lib/run";

/**
 * A user of the image, with the ids that the official image gives it: files on a volume then belong to the same owner.
 */
export interface User {
  name: string;
  uid: number;
  gid: number;
  home: string;
}

export interface RootTree {
  /** Program in the unpacked packages -> where the official image has it. */
  programs: Readonly<Record<string, string>>;
  /** Further names of a program: link -> target. */
  links?: Readonly<Record<string, string>>;
  user?: User;
}

/**
 * Debian's packages count on a merged /usr, whose top-level links come from a package that nothing here needs; those
 * before trixie still have folders there.
 */
export function mergeUsr(tree: string): void {
  for (const name of ["bin", "sbin", "lib", "lib64"]) {
    const top = path.join(tree, name);
    if (existsSync(top) && !lstatSync(top).isSymbolicLink()) {
      cpSync(top, path.join(tree, "usr", name), { recursive: true, verbatimSymlinks: true });
      rmSync(top, { recursive: true });
    }
    mkdirSync(path.join(tree, "usr", name), { recursive: true });
    if (!existsSync(path.join(tree, name))) symlinkSync(`usr/${name}`, path.join(tree, name));
  }
}

/** The files that the dynamic linker's `--list` names, itself among them. */
export const listedLibraries = (output: string): string[] =>
  [...output.matchAll(/(\/\S+) \(0x/g)].map((match) => match[1]!);

async function libraries(packages: string, program: string): Promise<string[]> {
  const linker = ["usr/lib64", "usr/lib"].flatMap((dir) =>
    readdirSync(path.join(packages, dir))
      .filter((name) => name.startsWith("ld-linux"))
      .map((name) => `/${dir}/${name}`),
  )[0];
  if (!linker) throw new Error("No dynamic linker among the unpacked packages: libc6 is missing from them.");
  return listedLibraries(await run("chroot", [packages, linker, "--list", program]));
}

function copy(from: string, to: string): void {
  mkdirSync(path.dirname(to), { recursive: true });
  copyFileSync(realpathSync(from), to);
  chmodSync(to, 0o755);
}

/**
 * A root tree that holds what one image needs out of unpacked Debian packages: its programs, the shared libraries that
 * they load, and BusyBox as shell and tools, so that a pod script meets here what it meets in the official alpine
 * image.
 */
export async function buildRootTree(packages: string, tree: string, spec: RootTree): Promise<void> {
  mergeUsr(tree);
  const needed = new Set<string>();
  for (const [program, target] of Object.entries(spec.programs)) {
    copy(path.join(packages, program), path.join(tree, target));
    for (const library of await libraries(packages, program)) needed.add(library);
  }
  for (const library of needed) copy(path.join(packages, library), path.join(tree, library));
  for (const [link, target] of Object.entries(spec.links ?? {})) symlinkSync(target, path.join(tree, link));
  await addBusyBox(packages, tree);
  addAccounts(tree, spec.user);
  await addFolders(tree);
}

async function addBusyBox(packages: string, tree: string): Promise<void> {
  copy(path.join(packages, "usr/bin/busybox"), path.join(tree, "bin/busybox"));
  for (const applet of (await run("chroot", [tree, "/bin/busybox", "--list-full"])).split("\n").filter(Boolean)) {
    const link = path.join(tree, applet);
    mkdirSync(path.dirname(link), { recursive: true });
    if (!existsSync(link)) symlinkSync("/bin/busybox", link);
  }
}

function addAccounts(tree: string, user: User | undefined): void {
  mkdirSync(path.join(tree, "etc"), { recursive: true });
  const passwd = ["root:x:0:0:root:/root:/bin/sh", "nobody:x:65534:65534:nobody:/:/bin/false"];
  const group = ["root:x:0:", "nobody:x:65534:"];
  if (user) {
    passwd.push(`${user.name}:x:${user.uid}:${user.gid}:${user.name}:${user.home}:/bin/false`);
    group.push(`${user.name}:x:${user.gid}:`);
  }
  writeFileSync(path.join(tree, "etc/passwd"), `${passwd.join("\n")}\n`);
  writeFileSync(path.join(tree, "etc/group"), `${group.join("\n")}\n`);
  writeFileSync(path.join(tree, "etc/nsswitch.conf"), "passwd: files\ngroup: files\nhosts: files dns\n");
  if (user && user.home !== "/") {
    mkdirSync(path.join(tree, user.home), { recursive: true });
    chownSync(path.join(tree, user.home), user.uid, user.gid);
  }
}

/** A container runtime mounts over these; the devices are for whoever enters the tree by chroot. */
async function addFolders(tree: string): Promise<void> {
  for (const name of ["dev", "etc", "proc", "root", "run", "sys", "tmp", "var/tmp"])
    mkdirSync(path.join(tree, name), { recursive: true });
  for (const name of ["tmp", "var/tmp"]) chmodSync(path.join(tree, name), 0o1777);
  for (const [name, minor] of [
    ["null", 3],
    ["zero", 5],
    ["random", 8],
    ["urandom", 9],
  ] as const) {
    await run("mknod", ["-m", "666", path.join(tree, "dev", name), "c", "1", String(minor)]);
  }
}

/** Fails, naming what to change, when Debian has moved on from the version that the image would be tagged with. */
export async function checkVersion(
  tree: string,
  args: { command: string[]; pattern: RegExp; key: string; expected: string },
): Promise<void> {
  const printed = await run("chroot", [tree, ...args.command]);
  const found = args.pattern.exec(printed)?.[1];
  if (found === args.expected) return;
  throw new Error(
    `Debian's package is ${args.key} ${found ?? `of an unknown version (${printed.trim()})`}, and lib/versions.ts says ${args.expected}: set versions.${args.key} there to "${found ?? "the version above"}" and run the same command again.`,
  );
}

export const sourceOf = (...names: string[]) => names.map((name) => readFileSync(path.join(__dirname, name), "utf8"));
