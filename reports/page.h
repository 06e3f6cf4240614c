/* The parts of the page that are the same in every report: files under page/, made into arrays by the build. */
#ifndef PAGE_H
#define PAGE_H

#include "ss/base.h"

extern const ss_slice rp_page_css;

#endif
