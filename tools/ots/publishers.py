"""Who publishes what the facts cite, and how far each kind of publisher can be trusted.

The grade of a source follows what it is, not how sure the facts are of it. A: the text of a law or its gazette.
B: a body that speaks of itself on its own page. C: everything else, that is press, encyclopaedias that anybody edits,
and copies of a page that stand elsewhere than at its publisher. D: recalled or reasoned here.
"""

from __future__ import annotations

#: Host to publisher and language of what was read.
PUBLISHERS = {
    "24.kg": ("24.kg", "en"),
    "adilet.zan.kz": ("Adilet, legal information system of the Republic of Kazakhstan", "ru"),
    "akipress.com": ("AKIpress", "en"),
    "alosraalarbia.com": ("Alosra Alarbia", "en"),
    "apa.az": ("APA", "en"),
    "api.report.az": ("Report.az", "en"),
    "asiaplus.news": ("Asia-Plus", "en"),
    "astanatimes.com": ("The Astana Times", "en"),
    "avim.org.tr": ("AVIM, Center for Eurasian Studies", "en"),
    "aze.az": ("Aze.az", "ru"),
    "azernews.az": ("Azernews", "en"),
    "bignewsnetwork.com": ("Big News Network", "en"),
    "dailysabah.com": ("Daily Sabah", "en"),
    "de.turkishnewsworld.com": ("Turkish News World", "de"),
    "demo10.sitefabrikasi.com": ("Copy of the page of the Organization of Turkic States", "en"),
    "dknews.kz": ("DKNews", "en"),
    "dunya.com": ("Dünya", "en"),
    "einpresswire.com": ("EIN Presswire", "en"),
    "en.inform.kz": ("Kazinform", "en"),
    "en.trend.az": ("Trend", "en"),
    "en.wikipedia.org": ("Wikipedia", "en"),
    "ereforms.gov.az": ("Center for Analysis of Economic Reforms and Communication, Azerbaijan", "en"),
    "germany.news-pravda.com": ("News-Pravda (copy of an opinion channel)", "en"),
    "gulfnews.com": ("Gulf News", "en"),
    "hessslslslsls.azureedge.net": ("Copy of Wikipedia", "en"),
    "hozir.org": ("Copy of the treaty at hozir.org", "en"),
    "hurriyetdailynews.com": ("Hürriyet Daily News", "en"),
    "iru.org": ("International Road Transport Union (IRU)", "en"),
    "kazpravda.kz": ("Kazakhstanskaya Pravda", "ru"),
    "kazworld.info": ("Kazworld", "en"),
    "kt.kz": ("Kazakhstan Today", "en"),
    "kureansiklopedi.com": ("Küre Ansiklopedi", "en"),
    "menafn.com": ("MENAFN", "en"),
    "muslimnetwork.tv": ("Muslim Network TV", "en"),
    "news.az": ("News.az", "en"),
    "newscentralasia.net": ("News Central Asia", "en"),
    "nova24.uz": ("Nova24", "ru"),
    "qazinform.com": ("Qazinform", "en"),
    "railwaygazette.com": ("Railway Gazette International", "en"),
    "report.az": ("Report.az", "en"),
    "ru.kabar.kg": ("Kabar", "ru"),
    "sayasat.kg": ("Sayasat.kg", "ru"),
    "today.az": ("Today.az", "en"),
    "travelandleisureca.com": ("Travel and Leisure Central Asia", "ru"),
    "trend.az": ("Trend", "en"),
    "turkicacademy.org": ("Turkic Academy", "en"),
    "turkicpress.com": ("Turkic Press", "en"),
    "turkicstates.org": ("Organization of Turkic States", "en"),
    "turkishtradelawyers.com": ("Turkish Trade Lawyers", "en"),
    "turkkon.hu": ("Office of the Organization of Turkic States in Hungary", "en"),
    "turkkon.org": ("Organization of Turkic States (former page)", "en"),
    "turksoy.org": ("TURKSOY", "en"),
    "uz-assets.uz": ("Uz-assets.uz", "ru"),
    "zakon.kz": ("Zakon.kz", "ru"),
    "zakonpravo.kz": ("Zakonpravo.kz, laws of the Republic of Kazakhstan", "en"),
}  # fmt: skip
_LAWS = {"adilet.zan.kz", "zakonpravo.kz"}
_OWN_PAGES = {
    "ereforms.gov.az", "iru.org", "turkicacademy.org", "turkicstates.org", "turkkon.hu", "turkkon.org", "turksoy.org",
}  # fmt: skip


def host_of(url: str) -> str:
    """Return the host of an address, without www."""
    return url.split("/")[2].removeprefix("www.")


def grade_of(url: str) -> str:
    """Return the grade of what stands at an address, by the rule of the module."""
    host = host_of(url)
    return "A" if host in _LAWS else "B" if host in _OWN_PAGES else "C"
