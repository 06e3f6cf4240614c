/* rp/csv.h: metrics.csv: the run over virtual time, one row per bucket (RFC 4180, but lines end as everywhere else). */
#ifndef RP_CSV_H
#define RP_CSV_H

#include "rp/file.h"
#include "rp/run.h"

void rp_csv_write(rp_file *out, const rp_run *run);

#endif
