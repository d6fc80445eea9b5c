// What Swift cannot say about OpenSSL 3: function-like macros, and constants that are casts or shifts.
#ifndef COPENSSL_SHIM_H
#define COPENSSL_SHIM_H

// EC_KEY_METHOD is deprecated in favour of providers. A provider of our own would be a thousand lines for one signature,
// and the tpm2 provider of Debian 12 does not work on a bare TPM; the method is still in OpenSSL 3.5.
#define OPENSSL_SUPPRESS_DEPRECATED
#include <time.h>
#include <openssl/bio.h>
#include <openssl/bn.h>
#include <openssl/crypto.h>
#include <openssl/ec.h>
#include <openssl/ecdsa.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/ssl.h>
#include <openssl/x509.h>
#include <openssl/x509_vfy.h>
#include <openssl/x509v3.h>

// Macros over SSL_CTX_ctrl, SSL_ctrl and BIO_ctrl.
static inline long COpenSSL_only13(SSL_CTX *context) {
    return SSL_CTX_set_min_proto_version(context, TLS1_3_VERSION) &&
           SSL_CTX_set_max_proto_version(context, TLS1_3_VERSION);
}
static inline long COpenSSL_setGroups(SSL_CTX *context, const char *list) {
    return SSL_CTX_set1_groups_list(context, list);
}
static inline void COpenSSL_setModes(SSL_CTX *context) {
    // Partial writes and a moving buffer: callers keep their bytes in arrays, and offer again what was not taken.
    SSL_CTX_set_mode(context, SSL_MODE_ENABLE_PARTIAL_WRITE | SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER);
    // Sessions are kept by their connection's owner, one at a time, and never by the library.
    SSL_CTX_set_session_cache_mode(context, SSL_SESS_CACHE_CLIENT | SSL_SESS_CACHE_NO_INTERNAL);
    // The options are shifts.
    SSL_CTX_set_options(context, SSL_OP_NO_COMPRESSION | SSL_OP_NO_RENEGOTIATION);
}

// A terminal without a clock knows a time that has passed, not the time: a certificate that has ended by then is refused,
// one that begins later is not yet known to be early. The flag is the connection's application data.
static inline int COpenSSL_judge(int good, X509_STORE_CTX *store) {
    SSL *connection = X509_STORE_CTX_get_ex_data(store, SSL_get_ex_data_X509_STORE_CTX_idx());
    if (!good && connection && SSL_get_app_data(connection) &&
        X509_STORE_CTX_get_error(store) == X509_V_ERR_CERT_NOT_YET_VALID) {
        X509_STORE_CTX_set_error(store, X509_V_OK);
        return 1;
    }
    return good;
}
static inline void COpenSSL_verifyPeer(SSL_CTX *context) { SSL_CTX_set_verify(context, SSL_VERIFY_PEER, COpenSSL_judge); }
static inline void COpenSSL_letEarlyPass(SSL *connection) {
    static char flag;
    SSL_set_app_data(connection, &flag);
}
// Seconds since 1970; -1 for what is no date.
static inline int64_t COpenSSL_seconds(const ASN1_TIME *time) {
    struct tm parts;
    return time && ASN1_TIME_to_tm(time, &parts) ? (int64_t)timegm(&parts) : -1;
}
static inline int64_t COpenSSL_begin(const X509 *certificate) {
    return certificate ? COpenSSL_seconds(X509_get0_notBefore(certificate)) : -1;
}
static inline int64_t COpenSSL_end(const X509 *certificate) {
    return certificate ? COpenSSL_seconds(X509_get0_notAfter(certificate)) : -1;
}
static inline long COpenSSL_addIntermediate(SSL_CTX *context, X509 *certificate) {
    return SSL_CTX_add1_chain_cert(context, certificate);
}
static inline long COpenSSL_setIndication(SSL *connection, const char *name) {
    return SSL_set_tlsext_host_name(connection, name);
}
static inline const char *COpenSSL_groupName(SSL *connection) {
    return SSL_group_to_name(connection, (int)SSL_get_negotiated_group(connection));
}
static inline void COpenSSL_clearRetry(BIO *bio) { BIO_clear_retry_flags(bio); }
static inline void COpenSSL_retryRead(BIO *bio) { BIO_set_retry_read(bio); }
static inline void COpenSSL_retryWrite(BIO *bio) { BIO_set_retry_write(bio); }
static inline long COpenSSL_memory(BIO *bio, char **bytes) { return BIO_get_mem_data(bio, bytes); }

// A macro over CRYPTO_get_ex_new_index.
static inline int COpenSSL_newKeyIndex(void) { return EC_KEY_get_ex_new_index(0, NULL, NULL, NULL, NULL); }

// Macros over EVP_CIPHER_CTX_ctrl take void *.
static inline int COpenSSL_getTag(EVP_CIPHER_CTX *context, uint8_t *tag) {
    return EVP_CIPHER_CTX_ctrl(context, EVP_CTRL_AEAD_GET_TAG, 16, tag);
}
static inline int COpenSSL_setTag(EVP_CIPHER_CTX *context, const uint8_t *tag) {
    return EVP_CIPHER_CTX_ctrl(context, EVP_CTRL_AEAD_SET_TAG, 16, (void *)tag);
}

#endif
