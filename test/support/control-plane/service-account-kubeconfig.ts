import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { Kubectl } from "./kubectl.ts";

const must = async (kubectl: Kubectl, args: readonly string[]): Promise<string> => {
  const { stdout, stderr, code } = await kubectl(args);
  if (code !== 0)
    throw new Error(`kubectl ${args.join(" ")} failed with exit code ${code}: ${stderr.trim()}`);
  return stdout;
};

/**
 * Asks the API server for a token of the service account and writes a kubeconfig with it into the folder:
 * the same address and authority as the administrator's, other credentials.
 */
export const writeServiceAccountKubeconfig = async (
  kubectl: Kubectl,
  folder: string,
  { namespace, name }: { readonly namespace: string; readonly name: string },
): Promise<string> => {
  const token = (
    await must(kubectl, ["create", "token", name, `--namespace=${namespace}`, "--duration=12h"])
  ).trim();
  const view = await must(kubectl, ["config", "view", "--minify", "--flatten", "--raw", "--output=json"]);
  const config = JSON.parse(view) as { users: { name: string; user: unknown }[] };
  const users = config.users.map((entry) => ({ name: entry.name, user: { token } }));
  const file = join(folder, `service-account-${namespace}-${name}.kubeconfig`);
  await writeFile(file, JSON.stringify({ ...config, users }, null, 2), { mode: 0o600 });
  return file;
};
