// What Swift cannot say about tpm2-tss: composed return codes, buffers that are fixed arrays (imported as tuples),
// and templates that are unions within unions.
#ifndef CTSS2_SHIM_H
#define CTSS2_SHIM_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <tss2/tss2_esys.h>
#include <tss2/tss2_mu.h>
#include <tss2/tss2_rc.h>
#include <tss2/tss2_tctildr.h>

// Composed macros are not imported.
static const TSS2_RC CTss2_rcLockout = TPM2_RC_LOCKOUT;
static const TSS2_RC CTss2_rcHandle = TPM2_RC_HANDLE;
static const TSS2_RC CTss2_rcIntegrity = TPM2_RC_INTEGRITY;
static const TSS2_RC CTss2_rcValue = TPM2_RC_VALUE;
static const TSS2_RC CTss2_rcSize = TPM2_RC_SIZE;
static const TSS2_RC CTss2_rcPoint = TPM2_RC_ECC_POINT;
static const TSS2_RC CTss2_rcInsufficient = TPM2_RC_INSUFFICIENT;
static const TSS2_RC CTss2_rcSignature = TPM2_RC_SIGNATURE;
static const TSS2_RC CTss2_rcPolicy = TPM2_RC_POLICY;
static const TSS2_RC CTss2_rcPolicyFail = TPM2_RC_POLICY_FAIL;
static const TSS2_RC CTss2_rcRegistersChanged = TPM2_RC_PCR_CHANGED;
static const TPM2_HANDLE CTss2_firstTransient = TPM2_TRANSIENT_FIRST;
static const TPM2_HANDLE CTss2_firstLoadedSession = TPM2_LOADED_SESSION_FIRST;
static const TPM2_HANDLE CTss2_firstSavedSession = TPM2_ACTIVE_SESSION_FIRST;
static const TPMA_SESSION CTss2_continues = TPMA_SESSION_CONTINUESESSION;
static const TPMA_SESSION CTss2_encryptsBothWays =
    TPMA_SESSION_CONTINUESESSION | TPMA_SESSION_DECRYPT | TPMA_SESSION_ENCRYPT;

// True for an answer of the TPM itself, directly or through a resource manager; the layer is a shifted macro.
static inline bool CTss2_isFromTPM(TSS2_RC rc) {
    TSS2_RC layer = rc & TSS2_RC_LAYER_MASK;
    return layer == TSS2_TPM_RC_LAYER || layer == TSS2_RESMGR_TPM_RC_LAYER;
}

// The code without layer, and without the number of the handle, session or parameter that it is about (format one).
static inline TSS2_RC CTss2_base(TSS2_RC rc) {
    TSS2_RC code = rc & ~TSS2_RC_LAYER_MASK;
    return (code & TPM2_RC_FMT1) ? (code & 0x0BFu) : code;
}

// True when the TPM blames what it was given, not a handle, a session or its own state (format one, bit 6).
static inline bool CTss2_isAboutParameter(TSS2_RC rc) {
    return CTss2_isFromTPM(rc) && (rc & TPM2_RC_FMT1) && (rc & TPM2_RC_P);
}

// The same handle space is used by HMAC and policy sessions; the class of a handle sits in its top byte.
static inline uint32_t CTss2_handleCount(const TPMS_CAPABILITY_DATA *data) {
    return data->capability == TPM2_CAP_HANDLES ? data->data.handles.count : 0;
}
static inline TPM2_HANDLE CTss2_handleAt(const TPMS_CAPABILITY_DATA *data, uint32_t index) {
    return data->data.handles.handle[index];
}

// Properties of the TPM, by their number; false when the answer does not have it.
static inline bool CTss2_property(const TPMS_CAPABILITY_DATA *data, TPM2_PT property, uint32_t *value) {
    if (data->capability != TPM2_CAP_TPM_PROPERTIES) return false;
    const TPML_TAGGED_TPM_PROPERTY *list = &data->data.tpmProperties;
    for (uint32_t i = 0; i < list->count && i < TPM2_MAX_TPM_PROPERTIES; i++) {
        if (list->tpmProperty[i].property != property) continue;
        *value = list->tpmProperty[i].value;
        return true;
    }
    return false;
}
static const TPM2_PT CTss2_firstVariableProperty = TPM2_PT_PERMANENT;
static const TPMA_PERMANENT CTss2_inLockout = TPMA_PERMANENT_INLOCKOUT;
static const TPM2_PT CTss2_lockoutCounter = TPM2_PT_LOCKOUT_COUNTER;
static const TPM2_PT CTss2_lockoutLimit = TPM2_PT_MAX_AUTH_FAIL;
static const TPM2_PT CTss2_lockoutInterval = TPM2_PT_LOCKOUT_INTERVAL;

// A fixed array cannot be addressed from Swift without copying the tuple, and secrets must not be copied.
static inline bool CTss2_setSensitive(TPM2B_SENSITIVE_CREATE *target, const void *bytes, size_t count) {
    if (count > sizeof target->sensitive.data.buffer) return false;
    memset(target, 0, sizeof *target);
    target->sensitive.data.size = (UINT16)count;
    if (count) memcpy(target->sensitive.data.buffer, bytes, count);
    return true;
}
static inline uint8_t *CTss2_sensitiveBytes(TPM2B_SENSITIVE_DATA *data) { return data->buffer; }
static inline bool CTss2_setDigest(TPM2B_DIGEST *target, const void *bytes, size_t count) {
    if (count > sizeof target->buffer) return false;
    target->size = (UINT16)count;
    memcpy(target->buffer, bytes, count);
    return true;
}
static inline bool CTss2_setData(TPM2B_DATA *target, const void *bytes, size_t count) {
    if (count > sizeof target->buffer) return false;
    target->size = (UINT16)count;
    memcpy(target->buffer, bytes, count);
    return true;
}
static inline bool CTss2_setCredential(TPM2B_ID_OBJECT *target, const void *bytes, size_t count) {
    if (count > sizeof target->credential) return false;
    target->size = (UINT16)count;
    memcpy(target->credential, bytes, count);
    return true;
}
static inline bool CTss2_setEncryptedSecret(TPM2B_ENCRYPTED_SECRET *target, const void *bytes, size_t count) {
    if (count > sizeof target->secret) return false;
    target->size = (UINT16)count;
    memcpy(target->secret, bytes, count);
    return true;
}
// The bytes of a sized buffer that came from the TPM; never more than the buffer has.
static inline const uint8_t *CTss2_digestBytes(const TPM2B_DIGEST *value, size_t *count) {
    *count = value->size <= sizeof value->buffer ? value->size : 0;
    return value->buffer;
}
static inline uint8_t *CTss2_mutableDigestBytes(TPM2B_DIGEST *value) { return value->buffer; }
static inline const uint8_t *CTss2_statementBytes(const TPM2B_ATTEST *value, size_t *count) {
    *count = value->size <= sizeof value->attestationData ? value->size : 0;
    return value->attestationData;
}
static inline const uint8_t *CTss2_indexBytes(const TPM2B_MAX_NV_BUFFER *value, size_t *count) {
    *count = value->size <= sizeof value->buffer ? value->size : 0;
    return value->buffer;
}
static inline const uint8_t *CTss2_coordinate(const TPM2B_ECC_PARAMETER *value, size_t *count) {
    *count = value->size <= sizeof value->buffer ? value->size : 0;
    return value->buffer;
}
static inline const uint8_t *CTss2_nameBytes(const TPM2B_NAME *name) { return name->name; }

// Unions.
static inline const TPM2B_ECC_PARAMETER *CTss2_x(const TPM2B_PUBLIC *key) { return &key->publicArea.unique.ecc.x; }
static inline const TPM2B_ECC_PARAMETER *CTss2_y(const TPM2B_PUBLIC *key) { return &key->publicArea.unique.ecc.y; }
static inline const TPM2B_ECC_PARAMETER *CTss2_r(const TPMT_SIGNATURE *s) { return &s->signature.ecdsa.signatureR; }
static inline const TPM2B_ECC_PARAMETER *CTss2_s(const TPMT_SIGNATURE *s) { return &s->signature.ecdsa.signatureS; }
static inline bool CTss2_isP256(const TPM2B_PUBLIC *key) {
    return key->publicArea.type == TPM2_ALG_ECC &&
           key->publicArea.parameters.eccDetail.curveID == TPM2_ECC_NIST_P256;
}

// Attributes are bit-field macros with casts.
static const TPMA_OBJECT CTss2_storageAttributes =
    TPMA_OBJECT_FIXEDTPM | TPMA_OBJECT_FIXEDPARENT | TPMA_OBJECT_SENSITIVEDATAORIGIN | TPMA_OBJECT_USERWITHAUTH |
    TPMA_OBJECT_NODA | TPMA_OBJECT_RESTRICTED | TPMA_OBJECT_DECRYPT;
#define CTss2_SIGNING                                                                                          \
    (TPMA_OBJECT_FIXEDTPM | TPMA_OBJECT_FIXEDPARENT | TPMA_OBJECT_SENSITIVEDATAORIGIN | TPMA_OBJECT_USERWITHAUTH | \
     TPMA_OBJECT_NODA | TPMA_OBJECT_SIGN_ENCRYPT)
static const TPMA_OBJECT CTss2_signingAttributes = CTss2_SIGNING;
static const TPMA_OBJECT CTss2_attestationAttributes = CTss2_SIGNING | TPMA_OBJECT_RESTRICTED;
// Nothing can be done with it by password, in neither of the two roles.
static const TPMA_OBJECT CTss2_sealedAttributes =
    TPMA_OBJECT_FIXEDTPM | TPMA_OBJECT_FIXEDPARENT | TPMA_OBJECT_ADMINWITHPOLICY | TPMA_OBJECT_NODA;
// A counter whose name is part of signed policies: never change it.
static const TPMA_NV CTss2_counterAttributes = TPMA_NV_AUTHREAD | TPMA_NV_AUTHWRITE | TPMA_NV_OWNERREAD |
                                               TPMA_NV_NO_DA | ((TPMA_NV)TPM2_NT_COUNTER << TPMA_NV_TPM2_NT_SHIFT);
static const TPMA_NV CTss2_written = TPMA_NV_WRITTEN;
static const TPMA_NV CTss2_ownerRead = TPMA_NV_OWNERREAD;

static inline TPMT_SYM_DEF CTss2_aes128CFB(void) {
    TPMT_SYM_DEF s;
    memset(&s, 0, sizeof s);
    s.algorithm = TPM2_ALG_AES;
    s.keyBits.aes = 128;
    s.mode.aes = TPM2_ALG_CFB;
    return s;
}

// The P-256 storage primary of the TCG's EK credential profile for SRKs (template H-2 shape).
static inline TPM2B_PUBLIC CTss2_storageTemplate(void) {
    TPM2B_PUBLIC p;
    memset(&p, 0, sizeof p);
    p.publicArea.type = TPM2_ALG_ECC;
    p.publicArea.nameAlg = TPM2_ALG_SHA256;
    p.publicArea.objectAttributes = CTss2_storageAttributes;
    p.publicArea.parameters.eccDetail.symmetric.algorithm = TPM2_ALG_AES;
    p.publicArea.parameters.eccDetail.symmetric.keyBits.aes = 128;
    p.publicArea.parameters.eccDetail.symmetric.mode.aes = TPM2_ALG_CFB;
    p.publicArea.parameters.eccDetail.scheme.scheme = TPM2_ALG_NULL;
    p.publicArea.parameters.eccDetail.curveID = TPM2_ECC_NIST_P256;
    p.publicArea.parameters.eccDetail.kdf.scheme = TPM2_ALG_NULL;
    p.publicArea.unique.ecc.x.size = 32;
    p.publicArea.unique.ecc.y.size = 32;
    return p;
}
static inline TPM2B_PUBLIC CTss2_signingTemplate(TPMA_OBJECT attributes) {
    TPM2B_PUBLIC p;
    memset(&p, 0, sizeof p);
    p.publicArea.type = TPM2_ALG_ECC;
    p.publicArea.nameAlg = TPM2_ALG_SHA256;
    p.publicArea.objectAttributes = attributes;
    p.publicArea.parameters.eccDetail.symmetric.algorithm = TPM2_ALG_NULL;
    p.publicArea.parameters.eccDetail.scheme.scheme = TPM2_ALG_ECDSA;
    p.publicArea.parameters.eccDetail.scheme.details.ecdsa.hashAlg = TPM2_ALG_SHA256;
    p.publicArea.parameters.eccDetail.curveID = TPM2_ECC_NIST_P256;
    p.publicArea.parameters.eccDetail.kdf.scheme = TPM2_ALG_NULL;
    return p;
}
// The public half of a key that signs policies; the TPM only verifies with it. Sealed objects are bound to its name.
static inline TPM2B_PUBLIC CTss2_verifyingKey(const uint8_t *x, const uint8_t *y) {
    TPM2B_PUBLIC p = CTss2_signingTemplate(TPMA_OBJECT_SIGN_ENCRYPT | TPMA_OBJECT_USERWITHAUTH);
    p.publicArea.unique.ecc.x.size = 32;
    memcpy(p.publicArea.unique.ecc.x.buffer, x, 32);
    p.publicArea.unique.ecc.y.size = 32;
    memcpy(p.publicArea.unique.ecc.y.buffer, y, 32);
    return p;
}
static inline TPMT_SIGNATURE CTss2_signature(const uint8_t *r, const uint8_t *s) {
    TPMT_SIGNATURE g;
    memset(&g, 0, sizeof g);
    g.sigAlg = TPM2_ALG_ECDSA;
    g.signature.ecdsa.hash = TPM2_ALG_SHA256;
    g.signature.ecdsa.signatureR.size = 32;
    memcpy(g.signature.ecdsa.signatureR.buffer, r, 32);
    g.signature.ecdsa.signatureS.size = 32;
    memcpy(g.signature.ecdsa.signatureS.buffer, s, 32);
    return g;
}

// Endorsement keys of the TCG's EK credential profile 2.5, by the template's name there: L-2 (P-256, its policy asks
// for the endorsement hierarchy's authorisation), H-2 (P-256) and H-3 (P-384), which take the key's own empty password.
enum CTss2_EndorsementTemplate { CTss2_L2, CTss2_H2, CTss2_H3 };
static inline TPM2B_PUBLIC CTss2_endorsementTemplate(enum CTss2_EndorsementTemplate which) {
    static const uint8_t policyA256[32] = {
        0x83, 0x71, 0x97, 0x67, 0x44, 0x84, 0xb3, 0xf8, 0x1a, 0x90, 0xcc, 0x8d, 0x46, 0xa5, 0xd7, 0x24,
        0xfd, 0x52, 0xd7, 0x6e, 0x06, 0x52, 0x0b, 0x64, 0xf2, 0xa1, 0xda, 0x1b, 0x33, 0x14, 0x69, 0xaa};
    static const uint8_t policyB256[32] = {
        0xca, 0x3d, 0x0a, 0x99, 0xa2, 0xb9, 0x39, 0x06, 0xf7, 0xa3, 0x34, 0x24, 0x14, 0xef, 0xcf, 0xb3,
        0xa3, 0x85, 0xd4, 0x4c, 0xd1, 0xfd, 0x45, 0x90, 0x89, 0xd1, 0x9b, 0x50, 0x71, 0xc0, 0xb7, 0xa0};
    static const uint8_t policyB384[48] = {
        0xb2, 0x6e, 0x7d, 0x28, 0xd1, 0x1a, 0x50, 0xbc, 0x53, 0xd8, 0x82, 0xbc, 0xf5, 0xfd, 0x3a, 0x1a,
        0x07, 0x41, 0x48, 0xbb, 0x35, 0xd3, 0xb4, 0xe4, 0xcb, 0x1c, 0x0a, 0xd9, 0xbd, 0xe4, 0x19, 0xca,
        0xcb, 0x47, 0xba, 0x09, 0x69, 0x96, 0x46, 0x15, 0x0f, 0x9f, 0xc0, 0x00, 0xf3, 0xf8, 0x0e, 0x12};
    TPM2B_PUBLIC p = CTss2_storageTemplate();
    p.publicArea.objectAttributes = TPMA_OBJECT_FIXEDTPM | TPMA_OBJECT_FIXEDPARENT | TPMA_OBJECT_SENSITIVEDATAORIGIN |
                                    TPMA_OBJECT_ADMINWITHPOLICY | TPMA_OBJECT_RESTRICTED | TPMA_OBJECT_DECRYPT;
    if (which != CTss2_L2) {
        p.publicArea.objectAttributes |= TPMA_OBJECT_USERWITHAUTH;
        p.publicArea.unique.ecc.x.size = 0;
        p.publicArea.unique.ecc.y.size = 0;
    }
    if (which == CTss2_H3) {
        p.publicArea.nameAlg = TPM2_ALG_SHA384;
        p.publicArea.parameters.eccDetail.symmetric.keyBits.aes = 256;
        p.publicArea.parameters.eccDetail.curveID = TPM2_ECC_NIST_P384;
        p.publicArea.authPolicy.size = 48;
        memcpy(p.publicArea.authPolicy.buffer, policyB384, 48);
    } else {
        p.publicArea.authPolicy.size = 32;
        memcpy(p.publicArea.authPolicy.buffer, which == CTss2_L2 ? policyA256 : policyB256, 32);
    }
    return p;
}

static inline TPM2B_NV_PUBLIC CTss2_counterTemplate(TPM2_HANDLE index) {
    TPM2B_NV_PUBLIC n;
    memset(&n, 0, sizeof n);
    n.nvPublic.nvIndex = index;
    n.nvPublic.nameAlg = TPM2_ALG_SHA256;
    n.nvPublic.attributes = CTss2_counterAttributes;
    n.nvPublic.dataSize = 8;
    return n;
}

// Registers of the SHA-256 bank, by a mask of their numbers; the selection is an array within an array.
static inline TPML_PCR_SELECTION CTss2_registers(uint32_t mask) {
    TPML_PCR_SELECTION s;
    memset(&s, 0, sizeof s);
    s.count = 1;
    s.pcrSelections[0].hash = TPM2_ALG_SHA256;
    s.pcrSelections[0].sizeofSelect = 3;
    for (int i = 0; i < 3; i++) s.pcrSelections[0].pcrSelect[i] = (mask >> (8 * i)) & 0xff;
    return s;
}
static inline uint32_t CTss2_registerMask(const TPML_PCR_SELECTION *s) {
    if (s->count != 1 || s->pcrSelections[0].hash != TPM2_ALG_SHA256 || s->pcrSelections[0].sizeofSelect < 3) return 0;
    const uint8_t *bits = s->pcrSelections[0].pcrSelect;
    return bits[0] | (uint32_t)bits[1] << 8 | (uint32_t)bits[2] << 16;
}
static inline const TPM2B_DIGEST *CTss2_digestAt(const TPML_DIGEST *list, uint32_t index) {
    return index < list->count && index < 8 ? &list->digests[index] : NULL;
}
static inline TPML_DIGEST_VALUES CTss2_extension(const uint8_t *digest) {
    TPML_DIGEST_VALUES v;
    memset(&v, 0, sizeof v);
    v.count = 1;
    v.digests[0].hashAlg = TPM2_ALG_SHA256;
    memcpy(v.digests[0].digest.sha256, digest, 32);
    return v;
}

static inline TPM2B_PUBLIC CTss2_sealedTemplate(const TPM2B_DIGEST *policy) {
    TPM2B_PUBLIC p;
    memset(&p, 0, sizeof p);
    p.publicArea.type = TPM2_ALG_KEYEDHASH;
    p.publicArea.nameAlg = TPM2_ALG_SHA256;
    p.publicArea.objectAttributes = CTss2_sealedAttributes;
    p.publicArea.authPolicy = *policy;
    p.publicArea.parameters.keyedHashDetail.scheme.scheme = TPM2_ALG_NULL;
    return p;
}
static inline TPMT_SIG_SCHEME CTss2_schemeOfKey(void) {
    TPMT_SIG_SCHEME s;
    memset(&s, 0, sizeof s);
    s.scheme = TPM2_ALG_NULL;
    return s;
}
// What a trial session takes for the proof of a signature.
static inline TPMT_TK_VERIFIED CTss2_noProof(void) {
    TPMT_TK_VERIFIED t;
    memset(&t, 0, sizeof t);
    t.tag = TPM2_ST_VERIFIED;
    t.hierarchy = TPM2_RH_OWNER;
    return t;
}
static inline TPMT_TK_HASHCHECK CTss2_noHashCheck(void) {
    TPMT_TK_HASHCHECK t;
    memset(&t, 0, sizeof t);
    t.tag = TPM2_ST_HASHCHECK;
    t.hierarchy = TPM2_RH_NULL;
    return t;
}

#endif
