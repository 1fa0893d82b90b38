import assert from "node:assert/strict";
import { X509Certificate } from "node:crypto";
import { test } from "node:test";
import { builtinType } from "../builtin/builtin-types.ts";
import { ApiFailure } from "../errors/api-failure.ts";
import { aggregatedDiscoveryVersion, negotiateForm } from "./accept.ts";
import { makeCertificate } from "./certificate.ts";
import { decodeProtobuf } from "./decode-protobuf.ts";
import { parseResourcePath } from "./request-path.ts";

test("the certificate signs itself and stands for its hosts and addresses", () => {
  const now = Date.parse("2026-05-06T07:08:09Z");
  const { certificatePem } = makeCertificate(["localhost", "127.0.0.1", "::1"], now);
  const certificate = new X509Certificate(certificatePem);
  assert.equal(certificate.verify(certificate.publicKey), true);
  assert.equal(certificate.checkHost("localhost"), "localhost");
  assert.equal(certificate.checkIP("127.0.0.1"), "127.0.0.1");
  assert.equal(certificate.checkIP("::1"), "::1");
  assert.equal(certificate.checkHost("example.com"), undefined);
  assert.ok(certificate.validFromDate.getTime() < now && certificate.validToDate.getTime() > now);
});

const paths: readonly (readonly [string, string | undefined])[] = [
  ["/api/v1/pods", "//pods//"],
  ["/api/v1/namespaces/a/pods/b/status", "a//pods/b/status"],
  ["/api/v1/namespaces/a", "//namespaces/a/"],
  ["/api/v1/namespaces/a/finalize", "//namespaces/a/finalize"],
  ["/api/v1/namespaces/a/status", "//namespaces/a/status"],
  ["/apis/apps/v1/namespaces/a/deployments", "a/apps/deployments//"],
  ["/apis/apps/v1/deployments/x", "/apps/deployments/x/"],
  ["/apis/apps/v1", undefined],
  ["/version", undefined],
];

for (const [path, wanted] of paths) {
  test(`${path} names ${wanted ?? "no resource"}`, () => {
    const found = parseResourcePath(path);
    const { namespace, group, resource, name, subresource } = found ?? {};
    assert.equal(
      found === undefined ? undefined : [namespace, group, resource, name, subresource].join("/"),
      wanted,
    );
  });
}

test("the first form that can be served is chosen", () => {
  const table = "application/json;as=Table;v=v1;g=meta.k8s.io,application/json";
  assert.equal(negotiateForm(table).kind, "table");
  assert.equal(
    negotiateForm("application/json;as=Table;v=v1beta1;g=meta.k8s.io,application/json").kind,
    "object",
  );
  assert.equal(negotiateForm("application/vnd.kubernetes.protobuf,application/json").kind, "object");
  assert.equal(
    negotiateForm("application/json;as=PartialObjectMetadataList;v=v1;g=meta.k8s.io").kind,
    "metadata",
  );
  assert.throws(() => negotiateForm("text/html"), ApiFailure);
  const aggregated = "application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList,application/json";
  assert.equal(aggregatedDiscoveryVersion(aggregated), "v2");
  assert.equal(aggregatedDiscoveryVersion("application/json"), undefined);
});

const field = (number: number, content: Buffer | string): Buffer => {
  const bytes = Buffer.from(content as string);
  const tag = (number << 3) | 2;
  const tagBytes = tag < 0x80 ? [tag] : [(tag & 0x7f) | 0x80, tag >> 7];
  return Buffer.concat([Buffer.from([...tagBytes, bytes.length]), bytes]);
};
const envelope = (kind: string, message: Buffer): Buffer => {
  const typeMeta = Buffer.concat([field(1, "v1"), field(2, kind)]);
  return Buffer.concat([Buffer.from("k8s\0"), field(1, typeMeta), field(2, message)]);
};

test("an object in protobuf is read by the numbers of its fields", () => {
  const metadata = Buffer.concat([
    field(1, "a"),
    field(11, Buffer.concat([field(1, "app"), field(2, "web")])),
  ]);
  const source = field(2, field(19, field(1, field(1, "settings"))));
  const spec = Buffer.concat([
    field(1, Buffer.concat([field(1, "vol"), source])),
    field(2, field(1, "main")),
  ]);
  const body = envelope("Pod", Buffer.concat([field(1, metadata), field(2, spec)]));
  assert.deepEqual(
    decodeProtobuf(body, () => builtinType("core.v1.Pod")),
    {
      apiVersion: "v1",
      kind: "Pod",
      metadata: { name: "a", labels: { app: "web" } },
      spec: { volumes: [{ name: "vol", configMap: { name: "settings" } }], containers: [{ name: "main" }] },
    },
  );
});

test("bytes that are no protobuf of the API are refused", () => {
  const schemaOf = (): ReturnType<typeof builtinType> => builtinType("core.v1.Pod");
  assert.throws(() => decodeProtobuf(Buffer.from("{}"), schemaOf), ApiFailure);
  const cut = envelope("Pod", field(1, field(1, "abc"))).subarray(0, -2);
  assert.throws(() => decodeProtobuf(cut, schemaOf), ApiFailure);
  assert.throws(() => decodeProtobuf(envelope("Pod", Buffer.alloc(0)), () => undefined), ApiFailure);
});
