/* The parts of the page that are the same in every report: files under page/, made into arrays by the build. */
#ifndef PAGE_H
#define PAGE_H

#include "ss/base.h"

extern const ss_slice rp_page_css, rp_page_sweep_css, rp_page_js, rp_page_chart;
/** How a Content-Security-Policy names them: "'sha256-…'". */
extern const char rp_page_css_hash[], rp_page_sweep_css_hash[], rp_page_js_hash[],
    rp_page_chart_hash[];

#endif
