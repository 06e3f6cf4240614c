/* Numbers of the pcapng format (draft-ietf-opsawg-pcapng 4), shared by the writer and the reader. */
#ifndef PCAPNG_H
#define PCAPNG_H

#define PCAPNG_SECTION    0x0a0d0d0au
#define PCAPNG_INTERFACE  1u
#define PCAPNG_STATISTICS 5u
#define PCAPNG_PACKET     6u
#define PCAPNG_BYTE_ORDER 0x1a2b3c4du

#define PCAPNG_OPT_END         0u
#define PCAPNG_OPT_COMMENT     1u
#define PCAPNG_SHB_APPLICATION 4u
#define PCAPNG_IF_NAME         2u
#define PCAPNG_IF_TSRESOL      9u

/** Rounded up to 32 bits. */
#define PCAPNG_PADDED(len) (((len) + 3u) & ~(size_t)3u)

#endif
