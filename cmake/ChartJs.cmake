# Chart.js, which draws the plots of report.html, comes from the distribution and is pinned: another one would make other pages of
# equal runs. -D SIPSIM_CHART_JS=FILE names it where it is somewhere else.

set(SIPSIM_CHART_VERSION 3.9.1)
set(chart_sha256 fbc45926e6b46845a0f905552a0e0b1331049bff1115ecf94dbe0904d895e710)

find_file(SIPSIM_CHART_JS NAMES chart.min.js
    PATHS /usr/share/javascript/chart.js /usr/share/nodejs/chart.js/dist
    NO_DEFAULT_PATH
    DOC "the minified Chart.js ${SIPSIM_CHART_VERSION}, as one file for browsers")
if(NOT SIPSIM_CHART_JS)
    message(FATAL_ERROR
        "Chart.js is missing, which draws the plots of report.html. On Debian 12: apt-get install libjs-chart.js")
endif()
file(SHA256 "${SIPSIM_CHART_JS}" found_sha256)
if(NOT found_sha256 STREQUAL chart_sha256)
    message(FATAL_ERROR
        "${SIPSIM_CHART_JS} is not the chart.min.js of Chart.js ${SIPSIM_CHART_VERSION} as Debian 12 has it (libjs-chart.js): "
        "its SHA-256 is ${found_sha256}, not ${chart_sha256}. Equal runs are to give equal pages, so no other is taken.")
endif()
