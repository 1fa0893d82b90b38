import assert from "node:assert/strict";
import { test } from "node:test";
import * as fc from "fast-check";
import { QueryError } from "../../errors.ts";
import { isObject } from "../../values/json.ts";
import { decodeCertificate } from "./decode-certificate.ts";

const certificate = `preface
-----BEGIN CERTIFICATE-----
MIIFiTCCBHGgAwIBAgIUPxySwQdYU0z6fp5FIjPfWTjR+1IwDQYJKoZIhvcNAQEL
BQAwgZsxCzAJBgNVBAYTAkRFMQ0wCwYDVQQKDARBY21lMQowCAYDVQQKDAFCMQow
CAYDVQQLDAF4MQ4wDAYDVQQHDAVLw7ZsbjEMMAoGA1UECAwDTlJXMQowCAYDVQQJ
DAFzMQowCAYDVQQRDAE1MQowCAYDVQQFEwE5MQ0wCwYDVQQDDAR0ZXN0MRQwEgYJ
KoZIhvcNAQkBFgVhQGIuYzAgFw0yNjExMjQxMTA5MzJaGA8yMTI2MTAzMTExMDkz
MlowgZsxCzAJBgNVBAYTAkRFMQ0wCwYDVQQKDARBY21lMQowCAYDVQQKDAFCMQow
CAYDVQQLDAF4MQ4wDAYDVQQHDAVLw7ZsbjEMMAoGA1UECAwDTlJXMQowCAYDVQQJ
DAFzMQowCAYDVQQRDAE1MQowCAYDVQQFEwE5MQ0wCwYDVQQDDAR0ZXN0MRQwEgYJ
KoZIhvcNAQkBFgVhQGIuYzCCASIwDQYJKoZIhvcNAQEBBQADggEPADCCAQoCggEB
AL0UwrLKCwh5483f29sVEEKjdieePcMPT5R8g+rWR933DZ0Sj/iEcbdWpFylN49V
0jTN2n6hCWvrrb5NzeZrVGOKBSY7qXz0Kxed3YC/2YFANfftT4NVcEN3nn13ALES
SZjjCcZkcu6CQO6sJaRHKO/P4kS7wBTNz5c9YqR6cDrJuEEtxuGoj3dGg93TjxGG
FtWIZcg+1r+pmNEHKmMNUdC8nbHpXDEuMJjoBW0Ugd88NlgiAlniQZn5nseYSy2P
PslG8w+8ftYXo2Sw9dr+ITNOs2f/wga9KIcdkg0xtAb+WIwf5vGKuyBPh98bLF7h
zMgtJ2gbNuDsFEtiGi64EA0CAwEAAaOCAb8wggG7MB0GA1UdDgQWBBS1DeEMc06T
gZLs2uKfVwK6oY2wiTAfBgNVHSMEGDAWgBS1DeEMc06TgZLs2uKfVwK6oY2wiTAP
BgNVHRMBAf8EBTADAQH/ME4GA1UdEQRHMEWCCWEuZXhhbXBsZYcECgAAAYcQIAEN
uAAAAAAAAAAAAAAAAYEFeEB5LnqGGWh0dHBzOi8vdUB1LmV4YW1wbGU6OC9wP3Ew
IgYDVR0lBBswGQYIKwYBBQUHAwEGCCsGAQUFBwMCBgMqAwQwDwYDVR0PAQH/BAUD
AweCgDArBgNVHR4BAf8EITAfoA8wBoIELngueTAFgQN6LnqhDDAKhwgKAAAA/wAA
ADAYBgNVHSAEETAPMAUGAyoDBDAGBgRVHSAAMDwGCCsGAQUFBwEBBDAwLjAVBggr
BgEFBQcwAYYJaHR0cDovL28vMBUGCCsGAQUFBzAChglodHRwOi8vYy8wMQYDVR0f
BCowKDASoBCgDoYMaHR0cDovL2NybC8xMBKgEKAOhgxodHRwOi8vY3JsLzIwDwYD
VR0kBAgwBoABAIEBAjAKBgNVHTYEAwIBADAOBgMqAwkBAf8EBAwCaGkwDQYJKoZI
hvcNAQELBQADggEBAJMbb3b2Vy26YwsCJQgoEPKT9hxlVBz+l+giHwzUEZABIMHB
HcTAViKHN18yp2QQz9yJf3j8ECDIfs4no5OrTf9ufnMNBG44a5cbfD9ZLOWwrjkJ
THcMeFI7G6dmpAnMZwX7DOn9jFEWPHAmDQoH+Od6YoeZRGBQC9iRinV0zyZlre+v
SR6+VO9+zVmw+fMUEhkFRilAKzxXKouxPVrmlD865bDXOt8zfObPcjUKMjDnLhFg
CHXSUSZfYpre7n/x5q9+a+Z3dxCi04Cunlw2pV1iWeRJV0nYQ3PCRxy9zGfrB2u3
iBhvakk3ohBBSYrRjMDDWzoRBVgpq21SGYyf9LA=
-----END CERTIFICATE-----
`;

const request = `-----BEGIN CERTIFICATE REQUEST-----
MIICdDCCAVwCAQAwDjEMMAoGA1UEAwwDY3NyMIIBIjANBgkqhkiG9w0BAQEFAAOC
AQ8AMIIBCgKCAQEAwDkWc1UtejWjm6E3koOBCER4Ku8Yg5fvt6YQAkNw9nEjQDcD
UnK7aQbEJWWSAVUNBQGaXox3+l0Za4NfQJSI++fcSLMUDuzdoJ24acBtzJun2+h2
nf9jpg2AquH7dXF2pqBAOl3Sz6o9x6kgWp4HoSvcQGWmOX+DuH9Gx+ozXMe4IWwH
g1qTfbmW1g0VgYJA4rtHLhfUJKK7fWj8D39/5pXUS2F6CKW3PbmlYuHKZdIiIQcK
DeS6aRJc5r7xuBxyyavHXuJiEUJX1YDeAZV/BzLOiMVqpzOOj1XADv5CTk+zijWi
KfWrreIi4qTCNaS2e6c2wJ3IaK+fFezSn4nWiQIDAQABoCEwHwYJKoZIhvcNAQkO
MRIwEDAOBgNVHREEBzAFggNhLmIwDQYJKoZIhvcNAQELBQADggEBALCB7oyPhQG8
D+KsflPgfnMmyNkMhoSQ9r/KHoCCut0XFwrDk0WKoKnHu1yU/J2OkuZCw3vPwo8X
mjGpjFcwMYOcmkxDbgHJU51ndwbkQS5//ebfs9ampJ/R4PyiM+OqfF5pRHX7r+Gs
TrfgSV29D8t0mGMEHAoTyAzw4OrGGj86dOYmQo46hdTY/Znb2zx4CMoRimufZRDk
jH1NXbK162/1WPJLHL7AK/XiMog5GTdFzeOUfQ6HfeDl+p5mu58WOj2uOcZKVsfS
1lzkPpBh1iI6BUHYmA+LbJMbsFaZhAZOo4ekfuVzwR9v9K8aVvMdULXLIv/FaRyU
q4JK4Vk9yw4=
-----END CERTIFICATE REQUEST-----
`;

test("a certificate has the fields that Go gives it", () => {
  const decoded = decodeCertificate(certificate);
  assert.ok(isObject(decoded));
  const { Raw, RawTBSCertificate, RawSubjectPublicKeyInfo, RawSubject, RawIssuer, ...rest } = decoded;
  assert.equal(Raw, certificate.split("-----")[2]?.replaceAll("\n", ""));
  for (const part of [RawTBSCertificate, RawSubjectPublicKeyInfo, RawSubject, RawIssuer]) {
    assert.equal(typeof part, "string");
  }
  assert.deepEqual(rest, expectedCertificate);
});

test("a certificate request has the fields that Go gives it", () => {
  const decoded = decodeCertificate(request);
  assert.ok(isObject(decoded));
  assert.deepEqual(decoded["Attributes"], [
    {
      Type: [1, 2, 840, 113549, 1, 9, 14],
      Value: [[{ Type: [2, 5, 29, 17], Value: "MAWCA2EuYg==" }]],
    },
  ]);
  assert.deepEqual(decoded["DNSNames"], ["a.b"]);
  assert.equal(decoded["Version"], 0);
  assert.equal(isObject(decoded["Subject"]) && decoded["Subject"]["CommonName"], "csr");
});

for (const [text, message] of [
  ["", "failed to decode PEM block"],
  [
    "-----BEGIN KEY-----\nYQ==\n-----END KEY-----",
    "PEM block neither contains a CERTIFICATE or CERTIFICATE REQUEST",
  ],
  ["-----BEGIN CERTIFICATE-----\nYQ==\n-----END CERTIFICATE-----", "x509: malformed certificate"],
] as const) {
  test(`${JSON.stringify(text)} is refused`, () => {
    assert.throws(() => decodeCertificate(text), { name: "QueryError", message });
  });
}

test("a damaged certificate ends in a value or a QueryError", () => {
  const bytes = Buffer.from(certificate.split("-----")[2] ?? "", "base64");
  const change = fc.tuple(fc.nat({ max: bytes.length - 1 }), fc.nat({ max: 255 }));
  fc.assert(
    fc.property(fc.array(change, { minLength: 1, maxLength: 4 }), (changes) => {
      const damaged = Buffer.from(bytes);
      for (const [at, value] of changes) damaged[at] = value;
      const text = `-----BEGIN CERTIFICATE-----\n${damaged.toString("base64")}\n-----END CERTIFICATE-----`;
      try {
        decodeCertificate(text);
      } catch (error) {
        assert.ok(error instanceof QueryError, String(error));
      }
    }),
    { numRuns: 1000 },
  );
});

const expectedCertificate = {
  Signature:
    "kxtvdvZXLbpjCwIlCCgQ8pP2HGVUHP6X6CIfDNQRkAEgwcEdxMBWIoc3XzKnZBDP3Il/ePwQIMh+ziejk6tN/25+cw0Ebjhrlxt8P1ks5bCuOQlMdwx4Ujsbp2akCcxnBfsM6f2MURY8cCYNCgf453pih5lEYFAL2JGKdXTPJmWt769JHr5U737NWbD58xQSGQVGKUArPFcqi7E9WuaUPzrlsNc63zN85s9yNQoyMOcuEWAIddJRJl9imt7uf/Hmr35r5nd3EKLTgK6eXDalXWJZ5ElXSdhDc8JHHL3MZ+sHa7eIGG9qSTeiEEFJitGMwMNbOhEFWCmrbVIZjJ/0sA==",
  SignatureAlgorithm: 4,
  PublicKeyAlgorithm: 1,
  PublicKey: {
    N: "23869277042711747324135443117009360241048366878105720016284018196271364310732594279244915436927579525151996404080646268001850437741300760697379861360104607432827756446674694015146379599983991950383763841593832581174006963844230473103509513610894548573223181466464968109492838768600820518687712258371521543880514973720557542557504685246861157166799163668239315052395907759378806599511927884243337308011712440267005975104911037009518248222930534696772144980505908312315411860928847234822780346850302189526718314013874498711621040454463308332129930585751237794795736739962549122656159643151965172467352877036060399898637",
    E: 65537,
  },
  Version: 3,
  SerialNumber: Number(360303623505466807844692174565707614363197766482n),
  Issuer: {
    Country: ["DE"],
    Organization: ["Acme", "B"],
    OrganizationalUnit: ["x"],
    Locality: ["Köln"],
    Province: ["NRW"],
    StreetAddress: ["s"],
    PostalCode: ["5"],
    SerialNumber: "9",
    CommonName: "test",
    Names: [
      { Type: [2, 5, 4, 6], Value: "DE" },
      { Type: [2, 5, 4, 10], Value: "Acme" },
      { Type: [2, 5, 4, 10], Value: "B" },
      { Type: [2, 5, 4, 11], Value: "x" },
      { Type: [2, 5, 4, 7], Value: "Köln" },
      { Type: [2, 5, 4, 8], Value: "NRW" },
      { Type: [2, 5, 4, 9], Value: "s" },
      { Type: [2, 5, 4, 17], Value: "5" },
      { Type: [2, 5, 4, 5], Value: "9" },
      { Type: [2, 5, 4, 3], Value: "test" },
      { Type: [1, 2, 840, 113549, 1, 9, 1], Value: "a@b.c" },
    ],
    ExtraNames: null,
  },
  Subject: {
    Country: ["DE"],
    Organization: ["Acme", "B"],
    OrganizationalUnit: ["x"],
    Locality: ["Köln"],
    Province: ["NRW"],
    StreetAddress: ["s"],
    PostalCode: ["5"],
    SerialNumber: "9",
    CommonName: "test",
    Names: [
      { Type: [2, 5, 4, 6], Value: "DE" },
      { Type: [2, 5, 4, 10], Value: "Acme" },
      { Type: [2, 5, 4, 10], Value: "B" },
      { Type: [2, 5, 4, 11], Value: "x" },
      { Type: [2, 5, 4, 7], Value: "Köln" },
      { Type: [2, 5, 4, 8], Value: "NRW" },
      { Type: [2, 5, 4, 9], Value: "s" },
      { Type: [2, 5, 4, 17], Value: "5" },
      { Type: [2, 5, 4, 5], Value: "9" },
      { Type: [2, 5, 4, 3], Value: "test" },
      { Type: [1, 2, 840, 113549, 1, 9, 1], Value: "a@b.c" },
    ],
    ExtraNames: null,
  },
  NotBefore: "2026-11-24T11:09:32Z",
  NotAfter: "2126-10-31T11:09:32Z",
  KeyUsage: 321,
  Extensions: [
    { Id: [2, 5, 29, 14], Critical: false, Value: "BBS1DeEMc06TgZLs2uKfVwK6oY2wiQ==" },
    { Id: [2, 5, 29, 35], Critical: false, Value: "MBaAFLUN4QxzTpOBkuza4p9XArqhjbCJ" },
    { Id: [2, 5, 29, 19], Critical: true, Value: "MAMBAf8=" },
    {
      Id: [2, 5, 29, 17],
      Critical: false,
      Value:
        "MEWCCWEuZXhhbXBsZYcECgAAAYcQIAENuAAAAAAAAAAAAAAAAYEFeEB5LnqGGWh0dHBzOi8vdUB1LmV4YW1wbGU6OC9wP3E=",
    },
    { Id: [2, 5, 29, 37], Critical: false, Value: "MBkGCCsGAQUFBwMBBggrBgEFBQcDAgYDKgME" },
    { Id: [2, 5, 29, 15], Critical: true, Value: "AwMHgoA=" },
    { Id: [2, 5, 29, 30], Critical: true, Value: "MB+gDzAGggQueC55MAWBA3oueqEMMAqHCAoAAAD/AAAA" },
    { Id: [2, 5, 29, 32], Critical: false, Value: "MA8wBQYDKgMEMAYGBFUdIAA=" },
    {
      Id: [1, 3, 6, 1, 5, 5, 7, 1, 1],
      Critical: false,
      Value: "MC4wFQYIKwYBBQUHMAGGCWh0dHA6Ly9vLzAVBggrBgEFBQcwAoYJaHR0cDovL2Mv",
    },
    {
      Id: [2, 5, 29, 31],
      Critical: false,
      Value: "MCgwEqAQoA6GDGh0dHA6Ly9jcmwvMTASoBCgDoYMaHR0cDovL2NybC8y",
    },
    { Id: [2, 5, 29, 36], Critical: false, Value: "MAaAAQCBAQI=" },
    { Id: [2, 5, 29, 54], Critical: false, Value: "AgEA" },
    { Id: [1, 2, 3, 9], Critical: true, Value: "DAJoaQ==" },
  ],
  ExtraExtensions: null,
  UnhandledCriticalExtensions: [[1, 2, 3, 9]],
  ExtKeyUsage: [1, 2],
  UnknownExtKeyUsage: [[1, 2, 3, 4]],
  BasicConstraintsValid: true,
  IsCA: true,
  MaxPathLen: -1,
  MaxPathLenZero: false,
  SubjectKeyId: "tQ3hDHNOk4GS7Nrin1cCuqGNsIk=",
  AuthorityKeyId: "tQ3hDHNOk4GS7Nrin1cCuqGNsIk=",
  OCSPServer: ["http://o/"],
  IssuingCertificateURL: ["http://c/"],
  DNSNames: ["a.example"],
  EmailAddresses: ["x@y.z"],
  IPAddresses: ["10.0.0.1", "2001:db8::1"],
  URIs: [
    {
      Scheme: "https",
      Opaque: "",
      User: {},
      Host: "u.example:8",
      Path: "/p",
      Fragment: "",
      RawQuery: "q",
      RawPath: "",
      RawFragment: "",
      ForceQuery: false,
      OmitHost: false,
    },
  ],
  PermittedDNSDomainsCritical: true,
  PermittedDNSDomains: [".x.y"],
  ExcludedDNSDomains: null,
  PermittedIPRanges: null,
  ExcludedIPRanges: [{ IP: "10.0.0.0", Mask: "/wAAAA==" }],
  PermittedEmailAddresses: ["z.z"],
  ExcludedEmailAddresses: null,
  PermittedURIDomains: null,
  ExcludedURIDomains: null,
  CRLDistributionPoints: ["http://crl/1", "http://crl/2"],
  PolicyIdentifiers: [
    [1, 2, 3, 4],
    [2, 5, 29, 32, 0],
  ],
  Policies: ["1.2.3.4", "2.5.29.32.0"],
  InhibitAnyPolicy: 0,
  InhibitAnyPolicyZero: true,
  InhibitPolicyMapping: 2,
  InhibitPolicyMappingZero: false,
  RequireExplicitPolicy: 0,
  RequireExplicitPolicyZero: true,
  PolicyMappings: null,
};
