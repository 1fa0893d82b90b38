import { createHash } from "node:crypto";
import type { ServerResponse } from "node:http";
import { startScriptedServer, type ScriptedRequest, type ScriptedServer } from "./scripted-server.ts";

export interface FakeDescriptor {
  readonly mediaType: string;
  readonly digest: string;
  readonly size: number;
}

interface HeldManifest {
  readonly mediaType: string;
  readonly body: Buffer;
}

/** An image registry in this process: manifests, blobs, referrers, and whatever a test makes of its answers. */
export interface FakeRegistry {
  /** `127.0.0.1:port`. */
  readonly host: string;
  readonly url: URL;
  readonly requests: readonly ScriptedRequest[];
  /** Paths of the requests so far, with their methods, without the probe of the scheme. */
  calls(): readonly string[];
  blob(content: Buffer | string): FakeDescriptor;
  /** Holds a manifest under its digest and, where one is given, under a tag. */
  manifest(
    repository: string,
    document: object,
    options?: { tag?: string; mediaType?: string },
  ): FakeDescriptor;
  /** A small image with a configuration and one layer. */
  image(repository: string, tag: string, seed?: string): FakeDescriptor;
  /** A manifest that refers to another: under the API, or in the fallback's index where the API is off. */
  referrer(
    repository: string,
    subject: FakeDescriptor,
    artifact: { artifactType: string; layers: readonly object[]; annotations?: Record<string, string> },
  ): FakeDescriptor;
  untag(repository: string, tag: string): void;
  /** Holds what another registry held, byte by byte. */
  load(repository: string, layout: RegistryLayout): void;
  /** Called before anything is answered; true where it has answered. */
  intercept: ((request: ScriptedRequest, response: ServerResponse) => boolean | Promise<boolean>) | undefined;
  /** Changes bytes on their way out. */
  tamper: ((path: string, body: Buffer) => Buffer) | undefined;
  hasReferrersApi: boolean;
  close(): Promise<void>;
}

/** What a repository holds: manifests and blobs (base64) by digest, digests by tag. */
export interface RegistryLayout {
  readonly manifests: Readonly<Record<string, { readonly mediaType: string; readonly body: string }>>;
  readonly blobs: Readonly<Record<string, string>>;
  readonly tags: Readonly<Record<string, string>>;
}

const ociManifest = "application/vnd.oci.image.manifest.v1+json";
const ociIndex = "application/vnd.oci.image.index.v1+json";

export const sha256 = (content: Buffer | string): string =>
  `sha256:${createHash("sha256").update(content).digest("hex")}`;

/** Answers with an error of the distribution protocol. */
export function sendRegistryError(
  response: ServerResponse,
  status: number,
  code: string,
  message: string,
  headers: Record<string, string> = {},
): true {
  response.writeHead(status, { "content-type": "application/json", ...headers });
  response.end(JSON.stringify({ errors: [{ code, message }] }));
  return true;
}

export async function startFakeRegistry(): Promise<FakeRegistry> {
  const blobs = new Map<string, Buffer>();
  const manifests = new Map<string, HeldManifest>();
  const tags = new Map<string, string>();
  const referrers = new Map<string, object[]>();

  const hold = (
    repository: string,
    document: object,
    { tag, mediaType = ociManifest }: { tag?: string; mediaType?: string } = {},
  ): FakeDescriptor => {
    const body = Buffer.from(JSON.stringify(document));
    const digest = sha256(body);
    manifests.set(`${repository}@${digest}`, { mediaType, body });
    if (tag !== undefined) tags.set(`${repository}:${tag}`, digest);
    return { mediaType, digest, size: body.length };
  };

  const blob = (content: Buffer | string): FakeDescriptor => {
    const body = Buffer.from(content);
    blobs.set(sha256(body), body);
    return { mediaType: "application/octet-stream", digest: sha256(body), size: body.length };
  };

  const send = (
    request: ScriptedRequest,
    response: ServerResponse,
    body: Buffer,
    headers: Record<string, string>,
  ): void => {
    const sent = registry.tamper?.(request.path, body) ?? body;
    response.writeHead(200, { ...headers, "content-length": String(sent.length) });
    response.end(request.method === "HEAD" ? undefined : sent);
  };

  const answer = async (request: ScriptedRequest, response: ServerResponse): Promise<void> => {
    if ((await registry.intercept?.(request, response)) === true) return;
    if (request.path === "/v2/") {
      response.end("{}");
      return;
    }
    const [, repository = "", part, reference = ""] =
      /^\/v2\/(.+)\/(manifests|blobs|referrers)\/([^/]+)$/.exec(request.path) ?? [];
    if (part === "blobs") {
      const body = blobs.get(reference);
      if (body !== undefined) send(request, response, body, { "content-type": "application/octet-stream" });
      else sendRegistryError(response, 404, "BLOB_UNKNOWN", "blob unknown to registry");
      return;
    }
    if (part === "referrers" && registry.hasReferrersApi) {
      const document = {
        schemaVersion: 2,
        mediaType: ociIndex,
        manifests: referrers.get(`${repository}@${reference}`) ?? [],
      };
      send(request, response, Buffer.from(JSON.stringify(document)), { "content-type": ociIndex });
      return;
    }
    const digest = reference.startsWith("sha256:") ? reference : tags.get(`${repository}:${reference}`);
    const held = part === "manifests" ? manifests.get(`${repository}@${digest}`) : undefined;
    if (held === undefined || digest === undefined) {
      sendRegistryError(response, 404, "MANIFEST_UNKNOWN", "manifest unknown");
      return;
    }
    send(request, response, held.body, { "content-type": held.mediaType, "docker-content-digest": digest });
  };

  const server: ScriptedServer = await startScriptedServer(answer);

  const registry: FakeRegistry = {
    host: server.url.host,
    url: server.url,
    requests: server.requests,
    calls: () =>
      server.requests.map(({ method, path }) => `${method} ${path}`).filter((call) => call !== "GET /v2/"),
    blob,
    manifest: hold,
    image(repository, tag, seed = tag) {
      const config = blob(
        JSON.stringify({ architecture: "amd64", os: "linux", config: { User: "1000", Labels: { seed } } }),
      );
      const layer = blob(`layer of ${seed}`);
      return hold(
        repository,
        {
          schemaVersion: 2,
          mediaType: ociManifest,
          config: { ...config, mediaType: "application/vnd.oci.image.config.v1+json" },
          layers: [{ ...layer, mediaType: "application/vnd.oci.image.layer.v1.tar" }],
        },
        { tag },
      );
    },
    referrer(repository, subject, { artifactType, layers, annotations = {} }) {
      const empty = blob("{}");
      const held = hold(repository, {
        schemaVersion: 2,
        mediaType: ociManifest,
        artifactType,
        config: { ...empty, mediaType: "application/vnd.oci.empty.v1+json" },
        layers,
        subject,
        annotations,
      });
      const key = `${repository}@${subject.digest}`;
      const all = [...(referrers.get(key) ?? []), { ...held, artifactType, annotations }];
      referrers.set(key, all);
      if (!registry.hasReferrersApi) {
        const index = { schemaVersion: 2, mediaType: ociIndex, manifests: all };
        hold(repository, index, { tag: subject.digest.replace(":", "-"), mediaType: ociIndex });
      }
      return held;
    },
    untag: (repository, tag) => void tags.delete(`${repository}:${tag}`),
    load(repository, layout) {
      for (const content of Object.values(layout.blobs)) blob(Buffer.from(content, "base64"));
      for (const [digest, { mediaType, body }] of Object.entries(layout.manifests)) {
        manifests.set(`${repository}@${digest}`, { mediaType, body: Buffer.from(body) });
      }
      for (const [tag, digest] of Object.entries(layout.tags)) tags.set(`${repository}:${tag}`, digest);
    },
    intercept: undefined,
    tamper: undefined,
    hasReferrersApi: true,
    close: () => server.close(),
  };
  return registry;
}
