module.exports = {
  "node-option": ["import=tsx"],
  extension: ["ts"],
  reporter: "tests/support/reporter.ts",
  timeout: 30_000,
  // Without it a typo in a folder's name would pass for "all tests passed".
  "fail-zero": true,
  // A `before` that fails would count as one, however many tests it took along.
  "fail-hook-affected-tests": true,
  "forbid-only": process.env.CI === "true",
};
