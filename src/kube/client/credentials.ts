import type { User } from "@kubernetes/client-node/dist/config_types.js";
import { createCachedFile } from "./cached-file.ts";
import type { CachedFile } from "./cached-file.ts";
import type { ExecCredential, ExecPlugin } from "./exec-plugin.ts";

/** What a TLS connection to the API server is made with; PEM texts. */
export interface TlsMaterial {
  readonly ca?: string;
  readonly cert?: string;
  readonly key?: string;
  readonly serverName?: string;
  readonly rejectUnauthorized: boolean;
}

export interface RequestCredentials {
  /** Value of the Authorization header. */
  readonly authorization?: string;
  /** The same object while nothing changed, so that connections can be kept. */
  readonly tls: TlsMaterial;
}

/** A PEM text in place, or in a file. */
export interface PemSource {
  /** Base64, as `…-data` fields of a kubeconfig. */
  readonly data?: string | undefined;
  readonly file?: string | undefined;
}

export interface CredentialSources {
  readonly ca: PemSource;
  readonly cert: PemSource;
  readonly key: PemSource;
  readonly serverName?: string | undefined;
  readonly skipVerify: boolean;
  readonly token?: string | undefined;
  readonly tokenFile?: string | undefined;
  readonly basic?: Pick<User, "username" | "password"> | undefined;
  readonly exec?: ExecPlugin | undefined;
}

export interface Credentials {
  /** What to send now. Rejects where a plugin or a file does not deliver. */
  current(): Promise<RequestCredentials>;
  /** After a 401 to a request sent with `used`: true where what would be sent now differs. */
  renew(used: RequestCredentials): Promise<boolean>;
}

/** As long as client-go keeps a token file. */
const maxFileAgeMs = 10_000;

type Reader = () => Promise<string | undefined>;

function sameTls(a: TlsMaterial, b: TlsMaterial): boolean {
  return a.ca === b.ca && a.cert === b.cert && a.key === b.key;
}

/** Reads tokens, certificates and authorities again as they change, and keeps the same object while they do not. */
export function createCredentials(sources: CredentialSources, monotonic: () => number): Credentials {
  const files: CachedFile[] = [];
  const readerOf = (source: PemSource): Reader => {
    if (source.data !== undefined && source.data !== "") {
      const text = Buffer.from(source.data, "base64").toString("utf8");
      return () => Promise.resolve(text);
    }
    if (source.file === undefined || source.file === "") return () => Promise.resolve(undefined);
    const file = createCachedFile(source.file, maxFileAgeMs, monotonic);
    files.push(file);
    return () => file.read();
  };
  const [readCa, readCert, readKey] = [readerOf(sources.ca), readerOf(sources.cert), readerOf(sources.key)];
  const readToken = readerOf({ file: sources.tokenFile });
  let tls: TlsMaterial | undefined;
  let executed: ExecCredential | undefined;

  const authorization = async (): Promise<string | undefined> => {
    const token = (await readToken())?.trim() ?? executed?.token ?? sources.token;
    if (token !== undefined && token !== "") return `Bearer ${token}`;
    if (sources.basic?.username === undefined) return undefined;
    const pair = `${sources.basic.username}:${sources.basic.password ?? ""}`;
    return `Basic ${Buffer.from(pair).toString("base64")}`;
  };

  const material = async (): Promise<TlsMaterial> => {
    const ca = await readCa();
    const cert = executed?.cert ?? (await readCert());
    const key = executed?.key ?? (await readKey());
    const next: TlsMaterial = {
      ...(ca === undefined ? {} : { ca }),
      ...(cert === undefined ? {} : { cert }),
      ...(key === undefined ? {} : { key }),
      ...(sources.serverName === undefined ? {} : { serverName: sources.serverName }),
      rejectUnauthorized: !sources.skipVerify,
    };
    tls = tls !== undefined && sameTls(tls, next) ? tls : next;
    return tls;
  };

  const current = async (): Promise<RequestCredentials> => {
    executed = await sources.exec?.credential();
    const header = await authorization();
    return { ...(header === undefined ? {} : { authorization: header }), tls: await material() };
  };

  return {
    current,
    renew: async (used) => {
      for (const file of files) file.forget();
      const usedLast = executed;
      const isUsedLast =
        usedLast !== undefined &&
        (usedLast.token === undefined
          ? usedLast.cert === used.tls.cert
          : used.authorization === `Bearer ${usedLast.token}`);
      if (isUsedLast) sources.exec?.expire(usedLast);
      const next = await current();
      return next.authorization !== used.authorization || next.tls !== used.tls;
    },
  };
}
