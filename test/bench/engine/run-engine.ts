import { timeCompilation } from "./compile-time.ts";
import { buildEnginePod } from "./engine-pods.ts";
import type { EngineOptions } from "./engine-options.ts";
import type { EngineFigures } from "./figures.ts";
import { loadRuleSets } from "./load-rule-sets.ts";
import { measureBytes } from "./measure-bytes.ts";
import { measureSpeed } from "./measure-speed.ts";

const smallPodBytes = 5_000;
const largePodBytes = 50_000;

/** Measures the engine alone: no cluster, no files but the policies of a corpus. */
export const runEngineBench = async (
  { corpus, pods }: EngineOptions & { readonly corpus: string },
  signal: AbortSignal,
): Promise<EngineFigures> => {
  const subjects = Array.from({ length: pods }, (_, index) => buildEnginePod(index));
  const compile = await timeCompilation(corpus);
  const speed = (await loadRuleSets(corpus)).map((set) => measureSpeed(set, subjects));
  const bytes = await measureBytes(corpus, smallPodBytes, largePodBytes, signal);
  return { pods, speed, bytes, smallPodBytes, largePodBytes, compile };
};
