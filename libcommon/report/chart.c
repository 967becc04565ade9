#include "report/chart.h"

#include <math.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#define MOST_PLACES 12

/* |V| × 10^PLACES below 2^63: digits, a point, commas between thousands. */
static void plain(char out[M2_NUMBER_SIZE], double v, int places)
{
    char digits[32];
    uint64_t scaled = (uint64_t)llround(fabs(v) * pow(10, places));
    int n = snprintf(digits, sizeof digits, "%0*llu", places + 1, (unsigned long long)scaled);
    size_t at = 0;
    if (v < 0 && scaled)
        out[at++] = '-';
    for (int i = 0; i < n; i++) {
        int left = n - places - i; /* digits before the point, this one included */
        if (i && left > 0 && left % 3 == 0 && n - places > 4)
            out[at++] = ',';
        if (!left)
            out[at++] = '.';
        out[at++] = digits[i];
    }
    out[at] = '\0';
}

/* One digit before the point and at most two behind it. */
static void scientific(char out[M2_NUMBER_SIZE], double v)
{
    int exponent = (int)floor(log10(fabs(v)));
    double mantissa = v / pow(10, exponent);
    if (fabs(mantissa) >= 9.995) {
        exponent++;
        mantissa /= 10;
    }
    plain(out, mantissa, 2);
    size_t n = strlen(out);
    while (out[n - 1] == '0')
        n--;
    n -= out[n - 1] == '.';
    (void)snprintf(out + n, M2_NUMBER_SIZE - n, "e%d", exponent);
}

void m2_chart_number(char out[M2_NUMBER_SIZE], double v, int places)
{
    places = places < 0 ? 0 : places > MOST_PLACES ? MOST_PLACES : places;
    double size = fabs(v) < 1e-300 ? 0 : fabs(v), least = pow(10, -places);
    if (size >= 9e15 / pow(10, places) || (size > 0 && size < least / 2 && places == MOST_PLACES)) {
        scientific(out, v);
    } else if (size > 0 && size < least / 2) {
        char bound[M2_NUMBER_SIZE];
        plain(bound, least, places);
        (void)snprintf(out, M2_NUMBER_SIZE, "%s%s", v < 0 ? ">-" : "<", bound); /* something, not nothing */
    } else {
        plain(out, v, places);
    }
}

int m2_chart_places(const struct m2_doc_chart *c)
{
    double most = 0;
    bool whole = true;
    for (size_t i = 0; i < c->series.len; i++)
        for (size_t k = 0; k < c->series.at[i].points.len; k++) {
            double y = c->series.at[i].points.at[k].y;
            if (!m2_doc_drawable(y))
                continue;
            most = fabs(y) > most ? fabs(y) : most;
            whole = whole && fabs(y) < 1e15 && y == floor(y);
        }
    if (whole || most >= 1000)
        return 0;
    int exponent = (int)floor(log10(most));
    return exponent >= 0 ? 2 : 2 - exponent > MOST_PLACES ? MOST_PLACES : 2 - exponent;
}
