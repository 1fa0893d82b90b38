import type { SourceDocument } from "../documents/source-document.ts";
import type { Judgement, PolicyVerdict } from "../judge.ts";
import type { LoadedPolicy } from "../policies/decode-policy.ts";
import type { ScanResource } from "../resources/scan-resource.ts";

/** An object to judge, or something that could not be read. */
export type ScanItem =
  | {
      readonly kind: "resource";
      readonly resource: ScanResource;
      /** Absent for an object of a cluster. */
      readonly source: SourceDocument | undefined;
      /** The policies that judge it. */
      readonly policies: readonly LoadedPolicy[];
    }
  | { readonly kind: "problem"; readonly message: string };

/** The objects of a scan and all that they are judged with, wherever they come from. */
export interface ScanWorld {
  /** Judges with no policy; whoever judges says with which. */
  readonly judgement: Judgement;
  /** Hands out each object that these policies may judge, one after the other, and keeps none. */
  each(policies: readonly LoadedPolicy[], handle: (item: ScanItem) => Promise<void>): Promise<void>;
  judge(judgement: Judgement, resource: ScanResource): Promise<readonly PolicyVerdict[]>;
  close(): Promise<void>;
}
