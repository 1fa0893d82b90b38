import type { TestFile } from "./test-file.ts";

/** Parts of a test that Kyverno's command line knows and this version does not, by stable names. */
export function unsupportedParts(test: TestFile): readonly string[] {
  const isGiven = (list: readonly string[] | undefined): boolean => (list ?? []).length > 0;
  const parts: readonly (readonly [name: string, used: boolean])[] = [
    ["http-payload", isGiven(test.httpPayloads)],
    ["envoy-payload", isGiven(test.envoyPayloads)],
  ];
  return parts.filter(([, used]) => used).map(([name]) => name);
}
