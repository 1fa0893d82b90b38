/** A kubeconfig as JSON, which is YAML, for kubectl and every client. */
export function buildKubeconfig({
  url,
  token,
  caPem,
}: {
  readonly url: string;
  readonly token: string;
  readonly caPem?: string;
}): string {
  const authority =
    caPem === undefined ? {} : { "certificate-authority-data": Buffer.from(caPem).toString("base64") };
  const name = "rearguard-devserver";
  const config = {
    apiVersion: "v1",
    kind: "Config",
    clusters: [{ name, cluster: { server: url, ...authority } }],
    users: [{ name: "admin", user: { token } }],
    contexts: [{ name, context: { cluster: name, user: "admin" } }],
    "current-context": name,
  };
  return `${JSON.stringify(config, null, 2)}\n`;
}
