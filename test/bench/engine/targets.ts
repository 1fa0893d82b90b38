import type { TargetRow } from "../scan/targets.ts";
import type { BytesFigures, EngineFigures, SpeedFigures } from "./figures.ts";
import { ruleSets } from "./rule-sets.ts";

const maxCompileMs = 2_000;
/** What differs by chance between two measurements of the same code; the larger pod has ten times the bytes. */
const maxGrowth = 1.1;

const thousands = (value: number): string => value.toLocaleString("en-US");

const speedRows = (figures: SpeedFigures): readonly TargetRow[] => {
  const { kind, perSecond, perSecondAtNominalSpeed, timesByHand, agrees, rules, results } = figures;
  const target = ruleSets.find((set) => set.kind === kind)?.minPerSecond ?? 0;
  return [
    {
      what: `${kind}: results per second and core (${rules} rules, ${thousands(results)} results)`,
      measured: thousands(perSecond),
      target: `≥ ${thousands(target)}`,
      met: perSecond >= target,
      decides: false,
    },
    {
      what: `${kind}: the same on an idle machine`,
      measured: thousands(perSecondAtNominalSpeed),
      target: `≥ ${thousands(target)}`,
      met: perSecondAtNominalSpeed >= target,
      decides: false,
    },
    {
      what: `${kind}: time, as a multiple of the rules by hand`,
      measured: `${timesByHand.toFixed(1)} ×`,
      target: "",
      met: true,
      decides: false,
    },
    {
      what: `${kind}: verdicts, compared with the rules by hand`,
      measured: agrees ? "equal" : "different",
      target: "equal",
      met: agrees,
      decides: true,
    },
  ];
};

const bytesRow = (
  { kind, perResultSmall, perResultLarge }: BytesFigures,
  figures: EngineFigures,
): TargetRow => ({
  what: `${kind}: bytes allocated per result, pods of ${figures.smallPodBytes / 1_000} and ${figures.largePodBytes / 1_000} KB`,
  measured: `${Math.round(perResultSmall)}, ${Math.round(perResultLarge)}`,
  target: "equal",
  met: perResultLarge <= perResultSmall * maxGrowth,
  decides: true,
});

/** Every figure beside what it should be. Times decide nothing. */
export const compareEngineWithTargets = (figures: EngineFigures): readonly TargetRow[] => [
  ...figures.speed.flatMap(speedRows),
  ...figures.bytes.map((bytes) => bytesRow(bytes, figures)),
  {
    what: `compilation of all ${figures.compile.policies} policies`,
    measured: `${Math.round(figures.compile.ms)} ms`,
    target: `≤ ${maxCompileMs} ms`,
    met: figures.compile.ms <= maxCompileMs,
    decides: false,
  },
];
