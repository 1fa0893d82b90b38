/** A patch that cannot be read or does not fit the object that it is for. The message is what results show. */
export class PatchError extends Error {
  override readonly name = "PatchError";
}
