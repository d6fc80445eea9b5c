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
static const TPM2_HANDLE CTss2_firstTransient = TPM2_TRANSIENT_FIRST;
static const TPM2_HANDLE CTss2_firstLoadedSession = TPM2_LOADED_SESSION_FIRST;
static const TPM2_HANDLE CTss2_firstSavedSession = TPM2_ACTIVE_SESSION_FIRST;
static const TPMA_SESSION CTss2_encryptsBothWays = TPMA_SESSION_CONTINUESESSION | TPMA_SESSION_DECRYPT | TPMA_SESSION_ENCRYPT;

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

// The same handle space is used by HMAC and policy sessions; the class of a handle sits in its top byte.
static inline uint32_t CTss2_handleCount(const TPMS_CAPABILITY_DATA *data) {
    return data->capability == TPM2_CAP_HANDLES ? data->data.handles.count : 0;
}
static inline TPM2_HANDLE CTss2_handleAt(const TPMS_CAPABILITY_DATA *data, uint32_t index) {
    return data->data.handles.handle[index];
}

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
static inline const uint8_t *CTss2_nameBytes(const TPM2B_NAME *name) { return name->name; }
static inline const uint8_t *CTss2_coordinateBytes(const TPM2B_ECC_PARAMETER *value) { return value->buffer; }

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
static const TPMA_OBJECT CTss2_signingAttributes =
    TPMA_OBJECT_FIXEDTPM | TPMA_OBJECT_FIXEDPARENT | TPMA_OBJECT_SENSITIVEDATAORIGIN | TPMA_OBJECT_USERWITHAUTH |
    TPMA_OBJECT_NODA | TPMA_OBJECT_SIGN_ENCRYPT;
static const TPMA_OBJECT CTss2_sealedAttributes =
    TPMA_OBJECT_FIXEDTPM | TPMA_OBJECT_FIXEDPARENT | TPMA_OBJECT_USERWITHAUTH | TPMA_OBJECT_NODA;

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
static inline TPM2B_PUBLIC CTss2_signingTemplate(void) {
    TPM2B_PUBLIC p;
    memset(&p, 0, sizeof p);
    p.publicArea.type = TPM2_ALG_ECC;
    p.publicArea.nameAlg = TPM2_ALG_SHA256;
    p.publicArea.objectAttributes = CTss2_signingAttributes;
    p.publicArea.parameters.eccDetail.symmetric.algorithm = TPM2_ALG_NULL;
    p.publicArea.parameters.eccDetail.scheme.scheme = TPM2_ALG_ECDSA;
    p.publicArea.parameters.eccDetail.scheme.details.ecdsa.hashAlg = TPM2_ALG_SHA256;
    p.publicArea.parameters.eccDetail.curveID = TPM2_ECC_NIST_P256;
    p.publicArea.parameters.eccDetail.kdf.scheme = TPM2_ALG_NULL;
    return p;
}
static inline TPM2B_PUBLIC CTss2_sealedTemplate(void) {
    TPM2B_PUBLIC p;
    memset(&p, 0, sizeof p);
    p.publicArea.type = TPM2_ALG_KEYEDHASH;
    p.publicArea.nameAlg = TPM2_ALG_SHA256;
    p.publicArea.objectAttributes = CTss2_sealedAttributes;
    p.publicArea.parameters.keyedHashDetail.scheme.scheme = TPM2_ALG_NULL;
    return p;
}
static inline TPMT_SIG_SCHEME CTss2_schemeOfKey(void) {
    TPMT_SIG_SCHEME s;
    memset(&s, 0, sizeof s);
    s.scheme = TPM2_ALG_NULL;
    return s;
}
static inline TPMT_TK_HASHCHECK CTss2_noHashCheck(void) {
    TPMT_TK_HASHCHECK t;
    memset(&t, 0, sizeof t);
    t.tag = TPM2_ST_HASHCHECK;
    t.hierarchy = TPM2_RH_NULL;
    return t;
}

#endif
