import { generateKeyPairSync, randomBytes } from "node:crypto";
import { readFile, writeFile } from "node:fs/promises";

/** A user that the API server knows by a token, for tests of permissions. */
export interface TokenUser {
  readonly user: string;
  readonly groups?: readonly string[];
  /** Chosen at random when left out. */
  readonly token?: string;
}

export const randomToken = (): string => randomBytes(24).toString("base64url");

/** Writes the RSA key that service account tokens are signed and checked with. */
export const writeServiceAccountKey = async (file: string): Promise<void> => {
  const { privateKey } = generateKeyPairSync("rsa", { modulusLength: 2048 });
  await writeFile(file, privateKey.export({ type: "pkcs1", format: "pem" }), { mode: 0o600 });
};

const csvField = (text: string): string => {
  if (/[\r\n]/.test(text))
    throw new Error(`A user, group or token cannot hold a line break: ${JSON.stringify(text)}`);
  return `"${text.replaceAll('"', '""')}"`;
};

/** Writes the file for `--token-auth-file`: token, user name, uid, groups. */
export const writeTokenFile = async (file: string, users: readonly Required<TokenUser>[]): Promise<void> => {
  const lines = users.map(({ token, user, groups }) =>
    [token, user, user, groups.join(",")].map((field) => csvField(field)).join(","),
  );
  await writeFile(file, `${lines.join("\n")}\n`, { mode: 0o600 });
};

export interface KubeconfigEntry {
  readonly serverUrl: string;
  readonly caFile: string;
  readonly token: string;
}

/** Writes a kubeconfig with the authority's certificate and the token inside, so that it works from any folder. */
export const writeKubeconfig = async (
  file: string,
  { serverUrl, caFile, token }: KubeconfigEntry,
): Promise<void> => {
  const authority = (await readFile(caFile)).toString("base64");
  const config = {
    apiVersion: "v1",
    kind: "Config",
    clusters: [{ name: "test", cluster: { server: serverUrl, "certificate-authority-data": authority } }],
    users: [{ name: "test", user: { token } }],
    contexts: [{ name: "test", context: { cluster: "test", user: "test" } }],
    "current-context": "test",
  };
  // JSON is YAML, and every reader of kubeconfigs takes it.
  await writeFile(file, `${JSON.stringify(config, null, 2)}\n`, { mode: 0o600 });
};
