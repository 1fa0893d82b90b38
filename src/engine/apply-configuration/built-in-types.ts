import { builtInTable } from "./built-in-table.ts";
import type { ObjectTypes } from "./object-type.ts";
import { typesOfTable } from "./type-table.ts";

/** The types of Kubernetes' own kinds, as its API server publishes them. */
export const builtInTypes: ObjectTypes = typesOfTable(builtInTable);
