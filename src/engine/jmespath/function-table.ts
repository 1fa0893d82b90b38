import type { FunctionSpec } from "./function-spec.ts";
import { arithmeticFunctions } from "./functions/arithmetic.ts";
import { certificateFunctions } from "./functions/certificates.ts";
import { conversionFunctions } from "./functions/conversions.ts";
import { dataFunctions } from "./functions/data.ts";
import { encodingFunctions } from "./functions/encoding.ts";
import { environmentFunctions } from "./functions/environment.ts";
import { numberFunctions } from "./functions/numbers.ts";
import { objectFunctions } from "./functions/objects.ts";
import { orderingFunctions } from "./functions/ordering.ts";
import { patternFunctions } from "./functions/patterns.ts";
import { sequenceFunctions } from "./functions/sequences.ts";
import { stringFunctions } from "./functions/strings.ts";
import { timeFunctions } from "./functions/time.ts";

/** The functions of the JMESPath specification, with `sum` left to Kyverno's own. */
export const builtInFunctions: readonly FunctionSpec[] = [
  ...conversionFunctions,
  ...numberFunctions,
  ...objectFunctions,
  ...orderingFunctions,
  ...sequenceFunctions,
];

/** The functions that Kyverno adds. */
export const kyvernoFunctions: readonly FunctionSpec[] = [
  ...arithmeticFunctions,
  ...certificateFunctions,
  ...dataFunctions,
  ...encodingFunctions,
  ...environmentFunctions,
  ...patternFunctions,
  ...stringFunctions,
  ...timeFunctions,
];

const byName = new Map([...builtInFunctions, ...kyvernoFunctions].map((spec) => [spec.name, spec]));

/** The function called `name`, or undefined. */
export function findFunction(name: string): FunctionSpec | undefined {
  return byName.get(name);
}
