/** The options with which Node runs the TypeScript here; Pulumi.yaml, .mocharc.yml and Makefile have them too. */
export const typescript = ["--require", "sucrase/register/ts", "--conditions", "redis-gke-source"] as const;
