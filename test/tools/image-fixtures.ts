import { execFile, spawn } from "node:child_process";
import { createHash } from "node:crypto";
import { mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { createServer, type AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";

// Signs small images with cosign and with the Notary Project's library and keeps what the registry holds afterwards in
// test/fixtures/images/signed.json. Needs Go; cosign takes about ten minutes to build the first time. Plain keys and
// a leaf of thirty years: what is kept does not expire.

const run = promisify(execFile);
const folder = join(import.meta.dirname, "../fixtures/images");
const tools = join(import.meta.dirname, "../../.cache/image-tools");
const programs: Readonly<Record<string, string>> = {
  crane: "github.com/google/go-containerregistry/cmd/crane@v0.22.1",
  cosign: "github.com/sigstore/cosign/v3/cmd/cosign@v3.1.3",
};
const goEnv = { ...process.env, CGO_ENABLED: "0", GOBIN: tools };

async function build(): Promise<void> {
  await mkdir(tools, { recursive: true });
  for (const [name, module] of Object.entries(programs)) {
    const isThere = await run(join(tools, name), ["version"]).then(
      () => true,
      () => false,
    );
    if (!isThere) await run("go", ["install", "-ldflags=-s -w", module], { env: goEnv });
  }
  const output = join(tools, "notation-fixture");
  await run("go", ["build", "-ldflags=-s -w", "-o", output, "."], {
    cwd: join(folder, "notation"),
    env: goEnv,
  });
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, "127.0.0.1");
  await new Promise((resolve) => server.once("listening", resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}

async function get(url: string, accept = "*/*"): Promise<Response> {
  const response = await fetch(url, { headers: { accept } });
  if (!response.ok) throw new Error(`${url}: ${response.status}`);
  return response;
}

const manifestTypes = [
  "application/vnd.oci.image.manifest.v1+json",
  "application/vnd.oci.image.index.v1+json",
  "application/vnd.docker.distribution.manifest.v2+json",
].join(", ");

interface Layout {
  readonly manifests: Record<string, { readonly mediaType: string; readonly body: string }>;
  readonly blobs: Record<string, string>;
  readonly tags: Record<string, string>;
}

/** Everything that a repository holds, found from its tags. */
async function readRepository(base: string, layout: Layout): Promise<void> {
  const readManifest = async (reference: string): Promise<string> => {
    const response = await get(`${base}/manifests/${reference}`, manifestTypes);
    const body = Buffer.from(await response.arrayBuffer());
    const digest = `sha256:${createHash("sha256").update(body).digest("hex")}`;
    if (layout.manifests[digest] !== undefined) return digest;
    const mediaType = response.headers.get("content-type") ?? "";
    layout.manifests[digest] = { mediaType, body: body.toString("utf8") };
    const document = JSON.parse(body.toString("utf8"));
    for (const { digest: child } of document.manifests ?? []) await readManifest(child);
    for (const { digest: blob } of [document.config, ...(document.layers ?? [])].filter(Boolean)) {
      const content = await get(`${base}/blobs/${blob}`);
      layout.blobs[blob] = Buffer.from(await content.arrayBuffer()).toString("base64");
    }
    return digest;
  };
  const { tags } = (await (await get(`${base}/tags/list`)).json()) as { tags: readonly string[] };
  for (const tag of tags) layout.tags[tag] = await readManifest(tag);
}

async function main(): Promise<void> {
  await build();
  const place = await mkdtemp(join(tmpdir(), "image-fixtures-"));
  const env = { ...process.env, COSIGN_PASSWORD: "", COSIGN_YES: "true" };
  const tool = (name: string, ...args: readonly string[]) =>
    run(join(tools, name), args, { cwd: place, env });
  const host = `127.0.0.1:${await freePort()}`;
  const registry = spawn(join(tools, "crane"), ["registry", "serve", "--address", host], { stdio: "ignore" });
  try {
    const repository = `${host}/demo/app`;
    await writeFile(join(place, "predicate.json"), '{"runDetails":{"builder":{"id":"fixture"}}}');
    for (const tag of ["tagged", "bundled", "jws", "cose"]) {
      await writeFile(join(place, "content"), tag);
      await run("tar", ["cf", "layer.tar", "content"], { cwd: place });
      let tries = 0;
      for (;;) {
        try {
          await tool("crane", "append", "--insecure", "-f", "layer.tar", "-t", `${repository}:${tag}`);
          break;
        } catch (error) {
          // The registry may not listen yet.
          if (++tries > 50) throw error;
        }
      }
    }
    await tool("cosign", "generate-key-pair");
    const common = ["--key", "cosign.key", "--allow-http-registry"];
    const older = ["--tlog-upload=false", "--use-signing-config=false", "--new-bundle-format=false"];
    const predicate = ["--type", "slsaprovenance1", "--predicate", "predicate.json"];
    await tool("cosign", "sign", ...common, ...older, "-a", "env=prod", `${repository}:tagged`);
    await tool("cosign", "attest", ...common, ...older, ...predicate, `${repository}:tagged`);
    const none = ["fulcio", "rekor", "oidc", "tsa"].map((one) => `--no-default-${one}`);
    const { stdout } = await tool("cosign", "signing-config", "create", ...none);
    await writeFile(join(place, "config.json"), stdout);
    const newer = ["--signing-config", "config.json"];
    await tool("cosign", "sign", ...common, ...newer, `${repository}:bundled`);
    await tool("cosign", "attest", ...common, ...newer, ...predicate, `${repository}:bundled`);
    for (const envelope of ["jws", "cose"]) {
      await tool("notation-fixture", `${repository}:${envelope}`, envelope, `${envelope}.pem`);
    }
    const layout: Layout = { manifests: {}, blobs: {}, tags: {} };
    await readRepository(`http://${host}/v2/demo/app`, layout);
    const text = (name: string) => readFile(join(place, name), "utf8");
    const kept = {
      key: await text("cosign.pub"),
      certificates: { jws: await text("jws.pem"), cose: await text("cose.pem") },
      ...layout,
    };
    await writeFile(join(folder, "signed.json"), `${JSON.stringify(kept, null, 1)}\n`);
  } finally {
    registry.kill();
    await rm(place, { recursive: true, force: true });
  }
}

await main();
