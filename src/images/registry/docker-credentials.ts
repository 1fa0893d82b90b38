/** How to log in to one registry. */
export type RegistryCredential =
  | { readonly kind: "basic"; readonly username: string; readonly password: string }
  /** A refresh token of an identity provider. */
  | { readonly kind: "identity"; readonly token: string }
  /** A bearer token for the registry itself. */
  | { readonly kind: "bearer"; readonly token: string };

/** One entry of a docker configuration. */
export interface CredentialEntry {
  /** Host with an optional port; `*` stands for one label. */
  readonly host: string;
  /** The path below which it counts; empty for the whole host. */
  readonly path: string;
  readonly credential: RegistryCredential;
}

const maxEntries = 1_000;

/**
 * The logins of a docker configuration: `config.json` (`auths` around them), or the older `.dockercfg` without it. Entries
 * that hold no login are left out. Undefined where the text is no such document.
 */
export function parseDockerConfig(text: string): readonly CredentialEntry[] | undefined {
  let document: unknown;
  try {
    document = JSON.parse(text);
  } catch {
    return undefined;
  }
  if (!isRecord(document)) return undefined;
  const auths = Object.hasOwn(document, "auths") ? document["auths"] : document;
  if (!isRecord(auths)) return undefined;
  return Object.entries(auths)
    .slice(0, maxEntries)
    .flatMap(([place, login]) => {
      const credential = isRecord(login) ? credentialOf(login) : undefined;
      const where = placeOf(place);
      return credential === undefined || where === undefined ? [] : [{ ...where, credential }];
    });
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function credentialOf(login: Record<string, unknown>): RegistryCredential | undefined {
  const text = (name: string): string => {
    const value = Object.hasOwn(login, name) ? login[name] : undefined;
    return typeof value === "string" ? value : "";
  };
  if (text("identitytoken") !== "") return { kind: "identity", token: text("identitytoken") };
  if (text("registrytoken") !== "") return { kind: "bearer", token: text("registrytoken") };
  if (text("auth") !== "") {
    const decoded = Buffer.from(text("auth"), "base64").toString("utf8");
    const colon = decoded.indexOf(":");
    if (colon < 0) return undefined;
    // Docker pads the password with zero bytes.
    const password = decoded.slice(colon + 1).replace(/\0+$/, "");
    return { kind: "basic", username: decoded.slice(0, colon), password };
  }
  return text("username") === "" && text("password") === ""
    ? undefined
    : { kind: "basic", username: text("username"), password: text("password") };
}

function placeOf(place: string): { readonly host: string; readonly path: string } | undefined {
  const bare = place.replace(/^https?:\/\//i, "");
  const slash = bare.indexOf("/");
  const host = (slash < 0 ? bare : bare.slice(0, slash)).toLowerCase();
  const path = slash < 0 ? "" : bare.slice(slash + 1).replace(/\/+$/, "");
  if (host === "") return undefined;
  // How docker wrote the hub before registries had versions.
  const isVersion = path === "v1" || path === "v2";
  return { host: canonicalHost(host), path: isVersion ? "" : path };
}

function canonicalHost(host: string): string {
  return host === "docker.io" || host === "registry-1.docker.io" ? "index.docker.io" : host;
}

/**
 * The login for a repository: that of the longest path it lies below, among those of its host. A login never leaves the
 * host that it was written for.
 */
export function findCredential(
  entries: readonly CredentialEntry[],
  registry: string,
  repository: string,
): RegistryCredential | undefined {
  let best: CredentialEntry | undefined;
  for (const entry of entries) {
    const isBelow = entry.path === "" || repository === entry.path || repository.startsWith(`${entry.path}/`);
    if (!isBelow || !matchesHost(registry.toLowerCase(), entry.host)) continue;
    if (best === undefined || rank(entry) > rank(best)) best = entry;
  }
  return best?.credential;
}

/** Longer paths first, then hosts without a wildcard. */
function rank({ host, path }: CredentialEntry): number {
  return path.length * 2 + (host.includes("*") ? 0 : 1);
}

/** Label by label, `*` for a whole label or a part of it, as the kubelet reads pull secrets; the port must be equal. */
function matchesHost(registry: string, pattern: string): boolean {
  if (!pattern.includes("*")) return registry === pattern;
  const [host = "", port = ""] = splitPort(registry);
  const [name = "", wantedPort = ""] = splitPort(pattern);
  if (port !== wantedPort) return false;
  const labels = host.split(".");
  const wanted = name.split(".");
  return (
    labels.length === wanted.length && wanted.every((label, at) => matchesLabel(labels[at] ?? "", label))
  );
}

function splitPort(host: string): readonly string[] {
  const colon = host.lastIndexOf(":");
  return colon > host.lastIndexOf("]") ? [host.slice(0, colon), host.slice(colon + 1)] : [host, ""];
}

function matchesLabel(label: string, pattern: string): boolean {
  const parts = pattern.split("*");
  const first = parts[0] ?? "";
  if (parts.length === 1) return label === pattern;
  if (!label.startsWith(first)) return false;
  let at = first.length;
  for (const part of parts.slice(1, -1)) {
    const found = label.indexOf(part, at);
    if (found < 0) return false;
    at = found + part.length;
  }
  const last = parts.at(-1) ?? "";
  return label.length - last.length >= at && label.endsWith(last);
}
