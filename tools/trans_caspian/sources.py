"""The sources: those of the facts folder and those used to correct it, each with a grade.

The grade follows one rule. A: official statistics and measurements (CPMM, emission factors, gazetteers,
index operators' own data). B: official bodies, operators and treaties speaking themselves, reviewed studies,
reference works. D: recalled or reasoned here. C: everything else, that is press quoting a named source, encyclopaedias
that anybody edits and copies of a publication that stand elsewhere than at its publisher.
"""

from __future__ import annotations

from pathlib import Path

import pandas as pd

from .rows import read

#: How the name of a publisher of grade A, or of grade B, starts.
_MEASUREMENT = (
    "ADB/CAREC", "CAREC Institute", "UK DESNZ/DEFRA", "GeoNames", "World Bank WDI", "UTLC ERA", "DGFI-TUM DAHITI",
    "FEWS NET", "FAO", "USDA", "Eurostat", "EIA", "US EIA", "Energy Institute", "IEA", "UN ", "UNCTAD", "WITS", "IAEA",
    "Kazhydromet", "CASPCOM", "Bureau of National Statistics", "State Statistics", "Geostat", "GADM",
)  # fmt: skip
_OFFICIAL = (
    "World Bank", "EBRD", "OECD", "European Commission", "UNESCAP", "TITR Association", "TRACECA", "KTZ", "bp", "ADB",
    "InterRail", "UIC", "American Economic Review", "Railway Gazette", "PyPI", "Ukrzaliznytsia", "BSEC", "JICA",
    "Smart Freight", "SOCAR", "KazTransOil", "CPC", "KazMunay", "KMG", "Kazatomprom", "TAP", "TANAP", "AzerTelecom",
    "Total Telecom", "IFPRI", "IMF", "WTO", "UNECE", "OSJD", "International Railway Journal", "Akorda",
    "Kazakh Ministry", "Ministry", "World Nuclear Association", "Nature", "Head & Mayer", "Deutsche Wirtschafts",
)  # fmt: skip

#: Sources used to correct or complete the facts: key, publisher, title, year, address, what was read.
ADDED: tuple[tuple[str, str, str, int, str, str], ...] = (
    ("EST", "Kervan", "Estimate made for this package; the reasoning is in the note of the row", 2026, "", "reasoning"),
    ("KTZ1100", "Rail-news.kz (Kazakhstan Temirzholshysy)", "Container traffic in Kazakhstan up 36 %: container trains "
     "cross the country at over 1,100 km a day", 2020,
     "https://rail-news.kz/ru/passenger-transportation/8194-konteynernye-perevozki-po-kazahstanu-vyrosli-na-36.html",
     "excerpt"),
    ("RN19D", "Rail-news.kz (Kazakhstan Temirzholshysy)", "A record of Dostyk: China takes at least 14 trains a day of "
     "broad gauge at Alashankou, Dostyk 12 of standard gauge (12 and 8 before)", 2019,
     "https://rail-news.kz/index.php/ru/passenger-transportation/5565-transportnyy-rekord-stancii-dostyk.html",
     "excerpt"),
    ("CHDAILY13", "China Daily", "Rail route to Europe improves freight transport: Chongqing-Duisburg, 11,179 km, "
     "takes 16 days on average", 2013, "https://global.chinadaily.com.cn/cndy/2013-09/13/content_16966725.htm",
     "excerpt"),
    ("WPLANXIN", "Wikipedia", "Lanzhou-Xinjiang railway: 1,904 km Lanzhou-Urumqi; Alashankou at km 2,358", 2025,
     "https://en.wikipedia.org/wiki/Lanzhou%E2%80%93Xinjiang_railway", "excerpt"),
    ("WPALASHAN", "Wikipedia "
                  "(ru)", "Alashankou station: at km 2,358 of the Lanzhou-Xinjiang railway; 45.170 N 82.570 E",
     2023, "https://stamp-i-k.ru/d0dfccf055/", "excerpt"),
    ("VBKG20", "vb.kg quoting the Border Service of the Kyrgyz Republic", "Crossings of the Chuy region on the Kazakh "
     "border: Ak-Tilek (freight only), Tokmok, Ken-Bulun, Kaindy (rail), Chaldybar", 2020,
     "https://vb.kg/doc/384263_s_1_ianvaria_zakryvaetsia_pynkt_propyska_ak_jol_na_granice_s_kazahstanom.html",
     "excerpt"),
    ("BARO22", "barometr.kg quoting the Border Service of the Kyrgyz Republic", "Pairs of Kazakh-Kyrgyz crossings: "
     "Korday/Ak-Zhol, Karasu/Ak-Tilek, Kegen/Karkyra; Chaldybar and Chon-Kapka stay open", 2022,
     "https://barometr.kg/kazahstan-zakryl-granicu-s-kyrgyzstanom-rabotayut-lish-dva-kpp", "excerpt"),
    ("AZAT25", "Azattyk", "Karkyra crossing works round the clock from 25 August 2025", 2025,
     "https://www.azattyk.org/a/33513500.html", "excerpt"),
    ("DIYOR24", "diyor24.uz quoting the Customs Committee of "
                "Uzbekistan", "Uzbek-Kazakh posts: Gishtkuprik, S. Najimov, "
     "Navoiy, Yallama/Konysbayev, Malik/Syrdarya, Okoltin/Tselinny", 2024, "https://diyor24.uz/33107", "excerpt"),
    ("NEWSORG25", "news.org.kz quoting the State Revenue Committee of Kazakhstan", "Zhibek Zholy closes on 5 February "
     "2025: trucks by Atameken, Kazygurt and Tazhen, trains by Saryagash and Beyneu", 2025,
     "https://news.org.kz/menyajte-marshrut-na-granitse-kazahstana-i-uzbekistana-zakryvaetsya-perehod/", "excerpt"),
    ("NPK26", "npktrans.ru quoting Russian "
              "Railways", "Russian Railways, February 2025: technical speed 43.2 km/h, section "
     "speed 38.8 km/h, consignments delivered at 414.6 km a day", 2026,
     "https://www.npktrans.ru/media/novosti/uchastkovaya-skorost-na-seti-rzhd-v-fevrale-pokazala-snizhenie", "excerpt"),
    ("WPBISHBAL", "Wikipedia (de)", "Bishkek-Balykchy railway line, 167.9 km", 2021,
     "https://de.zxc.wiki/wiki/Bahnstrecke_Bischkek%E2%80%93Balyktschy", "excerpt"),
    ("CIPS19", "CIPS Supply Management quoting "
               "IRU", "First TIR trucks: Khorgos-Poland 7,000 km in 13 days (November 2018), "
     "Germany-Khorgos 7,400 km in 12 days (February 2019)", 2019,
     "https://www.cips.org/supply-management/news/2019/february/first-truck-travels-from-europe-to-china-in-12-days/",
     "excerpt"),
    ("WPLONGHAI", "Wikipedia", "Longhai railway with chainage: Lianyungang 33, Zhengzhou 572, Xi'an 1,083, Lanzhou "
                               "1,759 km",
     2020, "https://a.osmarks.net/content/wikipedia_en_all_maxi_2020-08/A/Longhai_railway", "excerpt"),
    ("WPWUJING2", "Wikipedia", "Second Urumqi-Jinghe railway 381.5 km", 2024,
     "https://newikis.com/en/Second_%C3%9Cr%C3%BCmqi%E2%80%93Jinghe_railway", "excerpt"),
    ("WPBEIJIANG", "Wikipedia", "Northern Xinjiang railway, Urumqi-Alashankou 460 km", 2024,
     "https://newikis.com/en/Northern_Xinjiang_railway", "excerpt"),
    ("WPJINGYIHUO", "Wikipedia", "Jinghe-Yining-Khorgos railway 286 km", 2021,
     "https://fi.qaz.wiki/wiki/Jinghe%E2%80%93Yining%E2%80%93Khorgas_Railway", "excerpt"),
    ("WPARAL", "Wikipedia "
               "(de)", "Trans-Aral railway with chainage: Kandyagash 553, Shalkar 826, Aral Sea 1,043, Kyzylorda "
     "1,492 km", 2024, "http://de.wikipedia.org/wiki/Trans-Aral-Eisenbahn", "excerpt"),
    ("WPAKTDOS", "Wikipedia (kk)", "Aktogay-Dostyk railway 304 km", 2024,
     "https://kk.wikipedia.org/wiki/Ақтоғай-Достық_темір_жолы", "excerpt"),
    ("RF2502", "Rail forum digest", "Second track Dostyk-Moyinty 836 km in all, of which Moyinty-Balkhash 127 km", 2025,
     "http://xn--80afchn0c3a3g.xn--p1ai/news.php?readmore=8516", "excerpt"),
    ("UIC14", "UIC eNews (KTZ)", "Zhezkazgan-Beyneu 988 km of new line, opened in August 2014", 2014,
     "https://uic.org/com/enews/nr/414/article/ktz-kazakhstan-information-about", "excerpt"),
    ("XALQ24", "Xalq Qazeti quoting the Ministry of Transport of "
               "Kazakhstan", "Beyneu-Mangystau 404 km is being modernised",
     2024, "https://www.xalqqazeti.az/ru/sosial-heyat/223593-kazaxstan-moderniziruet-transport-manqistauskoy-oblasti",
     "excerpt"),
    ("INF1305", "Kazinform", "Uzen-Bolashak 146 km opened to Serhetyaka on 11 May 2013", 2013,
     "http://inform.kz/eng/article/2557206", "excerpt"),
    ("ERP1305", "Eurailpress", "New line Kazakhstan-Turkmenistan: 146 km in Kazakhstan, about 470 km "
                               "Serhetyaka-Bereket-"
     "Etrek", 2013, "https://www.eurailpress.de/nachrichten/betrieb-services/detail/news/asien-neue-bahnverbindung-zwischen-"
     "kasachstan-und-turkmenistan.html", "excerpt"),
    ("RG15K", "Railway Gazette", "Borzhakty-Ersai railway to the port of Kuryk, 13.9 km", 2015,
     "https://www.railwaygazette.com/infrastructure/caspian-sea-port-link-opened/41084.article", "excerpt"),
    ("WIKIRAILKG", "wikirail.ru", "Kyrgyz railway: northern part 322.7 km from Lugovaya, 60.3 km of it in "
                                  "Kazakhstan", 2024,
     "https://wikirail.ru/index.php?title=Киргизская_железная_дорога", "excerpt"),
    ("RAILLY19", "raillynews.com", "Baku-Tbilisi-Kars: 503 km in Azerbaijan, 259 km in Georgia, 76 km in Turkiye", 2019,
     "https://www.raillynews.com/2019/07/azerbeycan-demiryolu-haritasi/", "excerpt"),
    ("WPBKESIK", "Wikipedia", "Boyuk Kesik, Agstafa district: 41.3883 N 45.1894 E", 2024,
     "http://cryer.org.uk/Beyuk_Kesik", "excerpt"),
    ("WPANKARS", "Wikipedia", "Ankara-Kars railway 1,446.1 km", 2024,
     "https://en.wikipedia.org/wiki/Ankara%E2%80%93Kars_railway", "excerpt"),
    ("WPISTANK", "Wikipedia", "Istanbul-Ankara railway 576.6 km", 2024,
     "https://en.wikipedia.org/wiki/Istanbul%E2%80%93Ankara_railway", "excerpt"),
    ("WPCFR", "Wikipedia", "Main lines of Romanian railways: Bucharest-Constanta (line 800) 225 km", 2020,
     "https://en-wikipedia--on--ipfs-org.ipns.dweb.link/wiki/C%C4%83ile_Ferate_Rom%C3%A2ne_main_lines", "excerpt"),
    ("TR1806", "Trend", "New railway station beside Heybat, Garadagh district of Baku, to be named Absheron", 2018,
     "https://en.trend.az/azerbaijan/politics/2913875.html", "excerpt"),
    ("CARAV12", "caravan.kz quoting a government decree of Kazakhstan", "Classification of road crossings: with China "
     "Khorgos, Dostyk, Kalzhat, Bakhty, Maikapshagai", 2012,
     "https://caravan.kz/amp/news/kazakhstan-klassificiroval-pogranichnye-avtomobilnye-punkty-propuska-na-mnogostoronnie"
     "-i-dvustoronnie-275090", "excerpt"),
)  # fmt: skip


def grade(publisher: str, how_read: str) -> str:
    """Return the grade of a source by the rule of the module."""
    if how_read in ("recalled", "reasoning") or publisher in ("analyst recall", "estimate", "recalled"):
        return "D"
    if publisher.startswith("recalled") or "public gazetteer knowledge" in publisher:
        return "D"
    if "(copy " in publisher:
        return "C"
    if publisher.startswith(_MEASUREMENT):
        return "A"
    return "B" if publisher.startswith(_OFFICIAL) and " quoting " not in publisher else "C"


def tables(facts: Path) -> dict[str, pd.DataFrame]:
    """Return the table of sources: the corridor's, then those of the systems files, then our own."""
    found: dict[str, dict[str, object]] = {}
    for key, publisher, title, year, url, how_read in ADDED:
        _keep(found, key, publisher, title, str(year), url, how_read)
    for row in read(facts, "corridor/sources.csv"):
        _keep(
            found, row["key"], row["publisher"], row["title_or_description"], row["year"], row["url"], row["how_read"]
        )
    for name in ("energy", "fibre", "trade", "food", "hazards", "caspian_level"):
        for row in read(facts, f"systems/{name}.csv"):
            _keep_system(found, row)
    return {"sources": pd.DataFrame(found.values())}


def _keep_system(found: dict[str, dict[str, object]], row: dict[str, str]) -> None:
    """Keep a source of a systems file; a key the corridor uses for another document gets the suffix ``.sys``."""
    key = row["source_id"]
    if not key:
        return
    how_read = {"L": "text read", "R": "recalled", "E": "reasoning"}.get(row["status"], "")
    known = found.get(key)
    if known and not known.get("is_system") and row["url"] and known["url"] and row["url"] != known["url"]:
        key += ".sys"
    _keep(found, key, row["publisher"], row["title"], row["source_year"], row["url"], how_read, is_system=True)


def _keep(
    found: dict[str, dict[str, object]], key: str, publisher: str, title: str, year: str, url: str, how_read: str,
    *, is_system: bool = False,
) -> None:  # fmt: skip
    if key in found:
        return
    found[key] = {
        "source_id": key, "publisher": publisher, "title": title or publisher,
        "year": int(year) if year.strip().isdigit() else 0, "url": url.strip(),
        "grade": grade(publisher, how_read), "how_read": how_read, "is_system": is_system,
    }  # fmt: skip
