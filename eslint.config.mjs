import tseslint from "typescript-eslint";

/** @type {(files: string[], rooms: string[], reason: string) => import("eslint").Linter.Config} */
const arrow = (files, rooms, reason) => ({
  files,
  rules: {
    "@typescript-eslint/no-restricted-imports": [
      "error",
      { patterns: rooms.map((room) => ({ regex: `(^|/)${room}`, message: reason })) },
    ],
  },
});
/** @type {(...names: string[]) => string[]} */
const rooms = (...names) => names.map((name) => `${name}(/|$)`);
const rig = rooms("lib", "stand-ins", "operate", "tests");
const outside = [...rig, ...rooms("config")];

/**
 * Who may import whom, told by the way that an import takes. The direction: lib <- stand-ins <- operate <- tests, and
 * components <- program; nothing imports tests. In components, kernel <- redis and gke, which know nothing of each
 * other; in each, rules <- rendered <- objects <- topology.
 */
const arrows = [
  arrow(["*.ts", "config/**"], rig, "The program is what a person deploys: it stands on the product alone."),
  arrow(
    ["lib/**"],
    rooms("components", "config", "stand-ins", "operate", "tests"),
    "lib has no opinion about what uses it.",
  ),
  arrow(
    ["stand-ins/**"],
    rooms("components", "config", "operate", "tests"),
    "What stands in for the outside world cannot know the product that it is to judge.",
  ),
  arrow(
    ["operate/**"],
    [...rooms("config", "tests"), "components/(?!redis/(contract$|rules/))"],
    "It works on any stack: what it knows of the product is its contract, and rules that are only computed.",
  ),
  arrow(["components/*.ts"], [...outside, ...rooms("gke", "kernel", "redis")], "The product's own base."),
  arrow(
    ["components/kernel/**"],
    [...outside, ...rooms("gke", "redis")],
    "Redis and its nodes both stand on what the kernel is to be.",
  ),
  arrow(["components/provider/**"], [...outside, ...rooms("gke")], "What other languages have is Redis."),
  arrow(["components/redis/**"], [...outside, ...rooms("gke")], "Redis runs on any Kubernetes."),
  arrow(
    ["components/redis/rules/**"],
    [...outside, ...rooms("gke", "topology", "objects", "rendered")],
    "A rule is computed from arguments; it makes nothing.",
  ),
  arrow(
    ["components/redis/rendered/**"],
    [...outside, ...rooms("gke", "topology", "objects")],
    "A text is rendered from settings; it makes nothing.",
  ),
  arrow(
    ["components/redis/objects/**"],
    [...outside, ...rooms("gke", "topology")],
    "How an object looks does not depend on who makes it.",
  ),
  arrow(["components/gke/**"], [...outside, ...rooms("redis")], "Nodes and disks do not know what is on them."),
  arrow(
    ["components/gke/rules/**"],
    [...outside, ...rooms("redis", "cluster", "nodes", "disks")],
    "A rule is computed from arguments; it makes nothing.",
  ),
];

export default tseslint.config(
  { ignores: ["node_modules/", ".state/", "build/", "examples/clients/", "components/dist/"] },
  ...tseslint.configs.recommendedTypeChecked,
  {
    languageOptions: {
      parserOptions: {
        projectService: { allowDefaultProject: ["eslint.config.mjs"] },
        tsconfigRootDir: new URL(".", import.meta.url).pathname,
      },
    },
    rules: {
      // A promise nobody waits for is a step that silently did not happen.
      "@typescript-eslint/no-floating-promises": "error",
      "@typescript-eslint/restrict-template-expressions": ["error", { allowNumber: true }],
      // Taking keys out of an object is what a rest is for.
      "@typescript-eslint/no-unused-vars": ["error", { ignoreRestSiblings: true }],
      eqeqeq: "error",
      // Prettier breaks code and leaves comments as they are. A text that a person is told may be longer than a line.
      "max-len": ["error", { code: 400, comments: 120, ignoreUrls: true }],
      "no-console": "off",
    },
  },
  {
    // A test looks into rendered objects of many shapes, and its assertion is the check of the shape.
    files: ["tests/**"],
    rules: Object.fromEntries(
      ["argument", "assignment", "call", "member-access", "return"].map((use) => [
        `@typescript-eslint/no-unsafe-${use}`,
        "off",
      ]),
    ),
  },
  ...arrows,
);
