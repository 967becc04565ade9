/* Starts with the libraries that m2-doctor loads and does nothing: what any program linked to them costs at
 * least. */
#include <curl/curl.h>

int main(void)
{
    return curl_version_info(CURLVERSION_NOW) ? 0 : 1;
}
