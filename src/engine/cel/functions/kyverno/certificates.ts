import { QueryError } from "../../../errors.ts";
import { decodeBase64 } from "../../../jmespath/base64.ts";
import { decodeCertificate } from "../../../jmespath/x509/decode-certificate.ts";
import { children, integer, readSingle, tags } from "../../../jmespath/x509/der.ts";
import { isObject, objectOf, own } from "../../../values/json.ts";
import type { Json, JsonObject } from "../../../values/json.ts";
import { CelError } from "../../values/cel-error.ts";
import type { CelValue } from "../../values/cel-value.ts";
import { withDoubles } from "../double-numbers.ts";
import type { CallContext, Library } from "../function-spec.ts";

const maxLength = 256 * 1024;

/** Fields of a certificate that are not given. */
const hidden: ReadonlySet<string> = new Set([
  "InhibitAnyPolicy",
  "InhibitAnyPolicyZero",
  "InhibitPolicyMapping",
  "InhibitPolicyMappingZero",
  "Policies",
  "PolicyMappings",
  "RequireExplicitPolicy",
  "RequireExplicitPolicyZero",
  "SignatureAlgorithm",
  "Subject",
  "SubjectKeyId",
  "URIs",
  "UnhandledCriticalExtensions",
  "UnknownExtKeyUsage",
  "Version",
]);

function decode(text: string, context: CallContext): CelValue {
  context.spend(text.length);
  if (text.length > maxLength)
    throw new CelError(`a certificate of more than ${maxLength} characters is not read`);
  try {
    const decoded = decodeCertificate(text);
    const isCertificate = isObject(decoded) && Object.hasOwn(decoded, "RawTBSCertificate");
    return withDoubles(isCertificate ? shownFields(decoded) : decoded, context);
  } catch (error) {
    if (!(error instanceof QueryError)) throw error;
    throw new CelError(error.message);
  }
}

function shownFields(certificate: JsonObject): JsonObject {
  return objectOf(
    Object.entries(certificate)
      .filter(([name]) => !hidden.has(name))
      .map(([name, value]): [string, Json] =>
        name === "SerialNumber" ? [name, serialNumber(certificate)] : [name, value],
      ),
  );
}

/** The last 64 bits of the serial number, as an int. */
function serialNumber(certificate: JsonObject): Json {
  const text = own(certificate, "RawTBSCertificate");
  const body = decodeBase64(typeof text === "string" ? text : "");
  if (body.kind === "failed") return null;
  const fields = children(readSingle(body.bytes, tags.sequence, "certificate"), tags.sequence, "certificate");
  const serial = fields[fields[0]?.tag === 0xa0 ? 1 : 0];
  return Number(BigInt.asIntN(64, integer(serial, "serial number")));
}

const example = [
  "-----BEGIN CERTIFICATE-----",
  "MIIBajCCARSgAwIBAgIJAf//////////MA0GCSqGSIb3DQEBCwUAMA4xDDAKBgNV",
  "BAMMA3dlYjAgFw0yNjExMjQxNDA3NTVaGA8yMTI2MTAzMTE0MDc1NVowDjEMMAoG",
  "A1UEAwwDd2ViMFwwDQYJKoZIhvcNAQEBBQADSwAwSAJBALUTPuHFgi4A+7MUYlVw",
  "Lt1GyZ3j0TXd/yNc2MbNIZnkKSQxEjiT6JA3hji2TWMiqbr22X3jJgZR11up/ef4",
  "op0CAwEAAaNTMFEwHQYDVR0OBBYEFDxJl/UcOkziX1hx3V+0wnl36JujMB8GA1Ud",
  "IwQYMBaAFDxJl/UcOkziX1hx3V+0wnl36JujMA8GA1UdEwEB/wQFMAMBAf8wDQYJ",
  "KoZIhvcNAQELBQADQQCFYozomue2KGIFsPxs/zN1kU8QHR9iKyrxK8RbHzJyM/m2",
  "9xnX5wHsjcmiTNw2axbnK7FRgJh3MOWb9l2KnNbn",
  "-----END CERTIFICATE-----",
].join("\\n");

/** Certificates. */
export const certificatesLibrary: Library = {
  name: "x509",
  functions: [
    {
      name: "x509.decode",
      source: "Kyverno, x509 library",
      overloads: [{ signature: "x509.decode(string): dyn", call: decode }],
      examples: [
        [`x509.decode('${example}').Issuer.CommonName`, "'web'"],
        [`x509.decode('${example}').SerialNumber == -1 && x509.decode('${example}').IsCA`, "true"],
        ["x509.decode('no certificate')", { error: "failed to decode PEM block" }],
      ],
    },
  ],
};
