import { encodeBase64 } from "../base64.ts";
import type { Json } from "../../values/json.ts";
import { children, malformed, readElements, readSingle, tags } from "./der.ts";
import type { DerNode } from "./der.ts";
import type { Extension } from "./extensions.ts";
import { addressText, generalNames, noNames } from "./general-names.ts";
import type { GeneralNames } from "./general-names.ts";
import { orNull } from "./name.ts";

const what = "name constraints extension";

/** The permitted and excluded names that a certificate authority is bound to. */
export function nameConstraints(extension: Extension | undefined): { readonly [key: string]: Json } {
  const trees =
    extension === undefined
      ? []
      : children(readSingle(extension.value, tags.sequence, what), tags.sequence, what);
  return {
    PermittedDNSDomainsCritical: extension?.critical ?? false,
    ...constrained("Permitted", namesOf(trees.find((tree) => tree.tag === 0xa0))),
    ...constrained("Excluded", namesOf(trees.find((tree) => tree.tag === 0xa1))),
  };
}

function namesOf(tree: DerNode | undefined): GeneralNames {
  if (tree === undefined) return noNames;
  return generalNames(
    readElements(tree.content, what).flatMap((subtree) => children(subtree, tags.sequence, what).slice(0, 1)),
  );
}

function constrained(prefix: string, names: GeneralNames): { readonly [key: string]: Json } {
  return {
    [`${prefix}DNSDomains`]: orNull(names.dns),
    [`${prefix}IPRanges`]: orNull(names.addresses.map(addressRange)),
    [`${prefix}EmailAddresses`]: orNull(names.emails),
    [`${prefix}URIDomains`]: orNull(names.uris),
  };
}

/** An address and its mask, one after the other. */
function addressRange(bytes: Uint8Array): Json {
  if (bytes.length !== 8 && bytes.length !== 32) throw malformed(what);
  const half = bytes.length / 2;
  return { IP: addressText(bytes.subarray(0, half)), Mask: encodeBase64(bytes.subarray(half)) };
}
