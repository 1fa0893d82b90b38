import { readFile } from "node:fs/promises";
import { dirname, isAbsolute, resolve } from "node:path";
import { newClusters, newContexts, newUsers } from "@kubernetes/client-node/dist/config_types.js";
import type { Cluster, Context, User } from "@kubernetes/client-node/dist/config_types.js";
import { parse } from "yaml";

/** A user with what the library's decoder leaves out. */
export interface KubeconfigUser extends User {
  readonly tokenFile?: string;
}

export interface Kubeconfig {
  readonly clusters: readonly (Cluster & { readonly origin: string })[];
  readonly users: readonly (KubeconfigUser & { readonly origin: string })[];
  readonly contexts: readonly Context[];
  readonly currentContext?: string;
}

type Fields = Readonly<Record<string, unknown>>;

function fieldsOf(value: unknown): Fields {
  return typeof value === "object" && value !== null ? (value as Fields) : {};
}

function absolute(path: string | undefined, file: string): string | undefined {
  return path === undefined || path === "" || isAbsolute(path) ? path : resolve(dirname(file), path);
}

function tokenFileOf(document: Fields, name: string): string | undefined {
  const users = Array.isArray(document["users"]) ? document["users"].map(fieldsOf) : [];
  const path = fieldsOf(users.find((user) => user["name"] === name)?.["user"])["tokenFile"];
  return typeof path === "string" && path !== "" ? path : undefined;
}

function decodeUser(user: User, document: Fields, file: string): Kubeconfig["users"][number] {
  const certFile = absolute(user.certFile, file);
  const keyFile = absolute(user.keyFile, file);
  const tokenFile = absolute(tokenFileOf(document, user.name), file);
  const { certFile: _cert, keyFile: _key, ...rest } = user;
  return {
    ...rest,
    origin: file,
    ...(certFile === undefined ? {} : { certFile }),
    ...(keyFile === undefined ? {} : { keyFile }),
    ...(tokenFile === undefined ? {} : { tokenFile }),
  };
}

function decodeCluster(cluster: Cluster, file: string): Kubeconfig["clusters"][number] {
  const caFile = absolute(cluster.caFile, file);
  const { caFile: _ca, ...rest } = cluster;
  return { ...rest, origin: file, ...(caFile === undefined ? {} : { caFile }) };
}

/** Decodes one kubeconfig; paths in it are relative to `file`. Throws with the file's name and what is wrong. */
function decodeKubeconfig(text: string, file: string): Kubeconfig {
  try {
    const document = fieldsOf(parse(text));
    const currentContext = document["current-context"];
    return {
      clusters: newClusters(document["clusters"]).map((cluster) => decodeCluster(cluster, file)),
      users: newUsers(document["users"]).map((user) => decodeUser(user, document, file)),
      contexts: newContexts(document["contexts"]),
      ...(typeof currentContext === "string" && currentContext !== "" ? { currentContext } : {}),
    };
  } catch (error) {
    throw new Error(`${file}: ${error instanceof Error ? error.message : String(error)}`, { cause: error });
  }
}

/**
 * Reads and merges kubeconfig files as kubectl does: of two entries with one name the first counts. A missing file is
 * an error where it is the only one, otherwise it is left out.
 */
export async function readKubeconfig(files: readonly string[]): Promise<Kubeconfig | undefined> {
  const found: Kubeconfig[] = [];
  for (const file of files) {
    try {
      found.push(decodeKubeconfig(await readFile(file, "utf8"), file));
    } catch (error) {
      if (!isMissing(error)) throw error;
    }
  }
  const [first] = found;
  if (first === undefined) return undefined;
  const currentContext = found.find((config) => config.currentContext !== undefined)?.currentContext;
  return {
    clusters: found.flatMap((config) => config.clusters),
    users: found.flatMap((config) => config.users),
    contexts: found.flatMap((config) => config.contexts),
    ...(currentContext === undefined ? {} : { currentContext }),
  };
}

function isMissing(error: unknown): boolean {
  return error instanceof Error && "code" in error && error.code === "ENOENT";
}
