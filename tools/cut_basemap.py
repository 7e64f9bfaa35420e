"""Cut the basemap of the corridor map from Natural Earth.

    python tools/cut_basemap.py FOLDER [OUTPUT]

The report draws its map as inline SVG and may not fetch anything, so the land, the lakes, the rivers and the borders it
draws lie beside it in one small file, `src/kervan/report/basemap.json`. This tool makes that file; nothing imports it.
It needs shapely 2 and fiona, which the package itself does not need.

Natural Earth (https://www.naturalearthdata.com) is in the public domain. FOLDER holds these layers, each under one of
the file names in `LAYERS`: as downloaded from there, or as redistributed. The shipped file was cut from these
editions:

    countries   1:10m Admin 0 countries, 4.1.0                 npm package world-atlas 2.0.2: countries-10m.json
    boundaries  1:10m Admin 0 boundary lines (land), 3.0.0     Debian package libmagics++-data: ne_10m_admin_0_...
    claims      1:10m Admin 0 breakaway and disputed areas,    Debian package qgis-common: world_map.gpkg,
                boundary lines, 4.1.0                          layer disputed_borders
    lakes       1:10m lakes and reservoirs, 3.0.0              Debian package libmagics++-data: ne_10m_ocean, whose
                                                               lakes carry their class in the column featurec_2
    rivers      1:10m rivers and lake centerlines, 3.0.0       Debian package libmagics++-data: ne_10m_rivers_...

How it is cut
    The sides of all countries are taken apart into segments. A segment of one country is coast, a segment of two is
    border; chained up to the points where either changes, they are arcs, and each arc is simplified once
    (Douglas-Peucker). Land is put together again from the simplified coast, so that borders end exactly on coasts and
    no slivers arise. The scale is that of a 1:50m map, and finer inside `FINE`, around the Caspian. The Caspian is
    ocean in Natural Earth: here it is a hole of the land, with its islands, and no lake.

    A border segment takes its class from the nearest line of `boundaries`: disputed, indefinite and indeterminate
    lines and lines of control become `borders_disputed`; the limits of leases, bases and buffer zones (Baikonur,
    Cyprus) are not drawn. Claims that follow no border come to the disputed ones. Where the shipped file departs from
    Natural Earth, the reason stands in `CLAIMS_LEFT_OUT`, `DISPUTED_BESIDES` and `LAKES_LEFT_OUT`. A line drawn solid
    or dashed takes no side.

What is written
    {"source", "licence", "window", "fine_window",
     "land":  [polygon, ...], "lakes": [polygon, ...],     polygon = [outer ring, hole, ...], a ring closed, [lon, lat]
     "rivers": [line, ...], "borders": [line, ...], "borders_disputed": [line, ...]}
    Outer rings run counter-clockwise, holes clockwise. Where the window cuts the land, the ring runs along the
    window's edge with a point every degree, so that the edge bends with any projection; a coast is drawn by leaving
    out the segments whose two ends both lie on the window's edge.
"""

import argparse
import itertools
import json
from collections import Counter, defaultdict
from collections.abc import Iterator
from pathlib import Path

import fiona
import shapely
from shapely.geometry import LinearRing, LineString, Point, Polygon, box, shape
from shapely.ops import linemerge, polygonize, unary_union

WINDOW = (8.0, 20.0, 125.0, 62.0)
FINE = (27.0, 36.0, 61.0, 48.5)
TOLERANCE_DEG = {"fine": 0.01, "coarse": 0.03}
DECIMALS = {"fine": 3, "coarse": 2}
LEAST_ISLAND_DEG2 = {"fine": 0.0004, "coarse": 0.012}
LEAST_LAKE_DEG2 = {"fine": 0.03, "coarse": 0.12}
LEAST_LAKE_WIDTH_DEG = 0.14
LEAST_RIVER_DEG = 0.15
CLAIM_APART_DEG = 0.07

LAYERS = {
    "countries": (("countries-10m.json", "countries"), ("ne_10m_admin_0_countries.shp", None)),
    "boundaries": (("ne_10m_admin_0_boundary_lines_land.shp", None),),
    "claims": (("world_map.gpkg", "disputed_borders"), ("ne_10m_admin_0_boundary_lines_disputed_areas.shp", None)),
    "lakes": (("ne_10m_ocean.shp", None), ("ne_10m_lakes.shp", None)),
    "rivers": (("ne_10m_rivers_lake_centerlines.shp", None),),
}

DISPUTED = ("Disputed", "Indefinite", "Indeterminant", "Line of control")
NOT_DRAWN = ("Lease limit", "Overlay limit")

CLAIMS_LEFT_OUT = {
    "Former USSR oblast in 1991": "Nagorno-Karabakh: no line on the ground since 2023",
    "Ceasefire Line 1994": "Nagorno-Karabakh: ended by the ceasefire of November 2020",
    "Ukrainian claim": "the Donbas line of contact of 2015 to 2022",
}
DISPUTED_BESIDES = {
    "Crimea: the line at Perekop is younger than the edition of the boundary lines": (
        ("Russia", "Ukraine"),
        (32.5, 45.0, 36.8, 46.4),
    ),
    "Siachen: a stretch lies nearer to the undisputed line beside it": (("China", "Siachen Glacier"), WINDOW),
}
BASES_NOT_DRAWN = ("Akrotiri", "Dhekelia")
LAKES_LEFT_OUT = {"Lop Nur": "dry for decades", "Kakhovka Reservoir": "drained in June 2023"}

RIVER_MOST_RANK = 5
RIVERS_BESIDES = ("Don", "Kür", "Kr", "Aras", "Ile", "Tarim")  # "Kr" is the Kür in an edition that lost its accents
LAKE_CLASSES = ("Lake", "Alkaline Lake", "Reservoir")

Segment = tuple[tuple[float, float], tuple[float, float]]


def main() -> None:
    parser = argparse.ArgumentParser(description="Cut the basemap of the corridor map from Natural Earth.")
    parser.add_argument("folder", type=Path, help="holds the Natural Earth layers")
    parser.add_argument("output", type=Path, nargs="?", default=Path("src/kervan/report/basemap.json"))
    given = parser.parse_args()
    basemap = cut(given.folder)
    lines = {name: json.dumps(value, separators=(",", ":")) for name, value in basemap.items()}
    given.output.write_text("{\n" + ",\n".join(f'"{name}": {line}' for name, line in lines.items()) + "\n}\n")
    for name in ("land", "lakes", "rivers", "borders", "borders_disputed"):
        print(f"{name}: {len(basemap[name])}, {len(lines[name]) // 1000} kB")
    print(f"{given.output}: {given.output.stat().st_size // 1000} kB")


def cut(folder: Path) -> dict:
    """The basemap as the mapping that is written as JSON."""
    countries = [(row["name"], geometry) for row, geometry in features(folder, "countries")]
    boundaries = list(features(folder, "boundaries"))
    coast, borders = sides(countries, boundaries)
    lakes = cut_lakes(folder)
    plain = [simplified(arc) for arc in borders["plain"]]
    disputed = [simplified(arc) for arc in borders["disputed"]]
    claims = [geometry for row, geometry in features(folder, "claims") if row["name"] not in CLAIMS_LEFT_OUT]
    bordered = unary_union(plain + disputed).buffer(CLAIM_APART_DEG)
    apart = [line for claim in claims for line in parts(unary_union(parts(claim)).difference(bordered))]
    claimed = [line for line in parts(linemerge(apart)) if line.length > CLAIM_APART_DEG]
    return {
        "source": "Natural Earth 1:10m, simplified to 1:50m (naturalearthdata.com): countries and claims 4.1.0, "
        "boundary classes, lakes and rivers 3.0.0",
        "licence": "public domain",
        "window": list(WINDOW),
        "fine_window": list(FINE),
        "land": polygons_out(land_of(coast, countries), LEAST_ISLAND_DEG2),
        "lakes": polygons_out(lakes, LEAST_LAKE_DEG2),
        "rivers": lines_out(cut_rivers(folder, lakes)),
        "borders": lines_out(plain),
        "borders_disputed": lines_out(disputed + [simplified(line) for line in claimed]),
    }


def features(folder: Path, layer: str) -> Iterator[tuple[dict, shapely.Geometry]]:
    """The rows of a layer with their shapes; `name` and `class` are found under any of the layer's spellings."""
    fiona.drvsupport.supported_drivers["TopoJSON"] = "r"
    found = [(folder / name, inner) for name, inner in LAYERS[layer] if (folder / name).exists()]
    if not found:
        raise SystemExit(f"{folder} has no layer '{layer}': none of {[name for name, _ in LAYERS[layer]]}")
    path, inner = found[0]
    with fiona.open(path, layer=inner, encoding="utf-8") as rows:
        for row in rows:
            if row.geometry is None:
                continue
            values = {name.lower(): value for name, value in row.properties.items()}
            values["class"] = values.get("featurec_2") or values.get("featurecla") or ""
            yield values, shape(row.geometry)


# Coast and borders


def sides(countries: list, boundaries: list) -> tuple[list[LineString], dict[str, list[LineString]]]:
    """Arcs of coast, and arcs of border by class: plain, disputed, or hidden."""
    owners: dict[Segment, list[str]] = defaultdict(list)
    for name, geometry in countries:
        for polygon in parts(geometry):
            for ring in (polygon.exterior, *polygon.interiors):
                for segment in segments(ring.coords):
                    owners[segment].append(name)
    tree = shapely.STRtree([geometry for _, geometry in boundaries])
    classes = [row["class"] for row, _ in boundaries]
    chains: dict[tuple, list[Segment]] = defaultdict(list)
    for segment, names in odd_owners(owners):
        kind = "coast" if len(names) == 1 else border_kind(segment, names, tree, classes)
        chains[(kind, *names)].append(segment)
    arcs: dict[str, list[LineString]] = defaultdict(list)
    for (kind, *_), chain in sorted(chains.items()):
        arcs[kind].extend(parts(linemerge(chain)))
    return arcs.pop("coast"), arcs


def odd_owners(owners: dict[Segment, list[str]]) -> Iterator[tuple[Segment, list[str]]]:
    """Each segment with the countries that pass it an odd number of times: a spike, out and back, bounds nothing."""
    for segment, names in owners.items():
        odd = sorted(name for name, times in Counter(names).items() if times % 2)
        if odd:
            yield segment, odd


def segments(points: list) -> Iterator[Segment]:
    """The segments between consecutive points, each with its ends in order, none without length."""
    rounded = [(round(lon, 7), round(lat, 7)) for lon, lat, *_ in points]
    for start, end in itertools.pairwise(rounded):
        if start != end:
            yield min(start, end), max(start, end)


def border_kind(segment: Segment, names: list[str], tree: shapely.STRtree, classes: list[str]) -> str:
    """What Natural Earth calls the line nearest to the middle of a border segment."""
    (lon, lat), (to_lon, to_lat) = segment
    middle = Point((lon + to_lon) / 2, (lat + to_lat) / 2)
    if set(names) & set(BASES_NOT_DRAWN):
        return "hidden"
    for pair, bounds in DISPUTED_BESIDES.values():
        if tuple(names) == pair and box(*bounds).contains(middle):
            return "disputed"
    nearest = classes[tree.nearest(middle)]
    if nearest.startswith(DISPUTED):
        return "disputed"
    return "hidden" if nearest.startswith(NOT_DRAWN) else "plain"


def land_of(coast: list[LineString], countries: list) -> list[Polygon]:
    """The land of the window: of the faces that simplified coast and window's edge enclose, those that were land."""
    window = box(*WINDOW)
    near = [simplified(arc).intersection(window) for arc in coast if arc.intersects(window)]
    faces = polygonize(unary_union([*near, window.exterior]))
    was_land = shapely.STRtree([polygon for _, geometry in countries for polygon in parts(geometry)])
    inside = [face for face in faces if len(was_land.query(face.representative_point(), predicate="within"))]
    return parts(unary_union(inside))


# Lakes and rivers


def cut_lakes(folder: Path) -> list[Polygon]:
    """Lakes worth drawing, simplified, with their islands."""
    window = box(*WINDOW)
    kept = []
    for row, geometry in features(folder, "lakes"):
        if row["class"] not in LAKE_CLASSES or row["name"] in LAKES_LEFT_OUT:
            continue
        for lake in parts(geometry):
            wide = not lake.buffer(-LEAST_LAKE_WIDTH_DEG / 2).is_empty
            if wide and large(lake, LEAST_LAKE_DEG2) and lake.intersects(window):
                islands = [hole for hole in lake.interiors if large(Polygon(hole), LEAST_ISLAND_DEG2)]
                kept.append(Polygon(simplified(lake.exterior), [simplified(island) for island in islands]))
    return parts(unary_union([shapely.make_valid(lake) for lake in kept]))


def cut_rivers(folder: Path, lakes: list[Polygon]) -> list[LineString]:
    """The great rivers and a few of the corridor, whole from source to mouth but for the lakes they cross."""
    by_name = defaultdict(list)
    for row, geometry in features(folder, "rivers"):
        name = row["name"]
        if name and "Canal" not in name and (row["scalerank"] <= RIVER_MOST_RANK or name in RIVERS_BESIDES):
            by_name[name].extend(parts(geometry))
    water = unary_union(lakes)
    whole = [line for _, lines in sorted(by_name.items()) for line in parts(linemerge(lines))]
    dry = [simplified(line).difference(water) for line in whole if line.intersects(box(*WINDOW))]
    return [line for river in dry for line in parts(river) if line.length > LEAST_RIVER_DEG]


# Geometry


def parts(geometry: shapely.Geometry) -> list:
    """The lines or polygons of which a shape is made."""
    if isinstance(geometry, LinearRing):
        return [LineString(geometry)]
    simple = getattr(geometry, "geoms", [geometry])
    whole = [part for one in simple for part in getattr(one, "geoms", [one])]
    return [part for part in whole if isinstance(part, LineString | Polygon) and not part.is_empty]


def fineness(lon: float, lat: float) -> str:
    west, south, east, north = FINE
    return "fine" if west <= lon <= east and south <= lat <= north else "coarse"


def large(polygon: Polygon, least: dict[str, float]) -> bool:
    middle = polygon.representative_point()
    return polygon.area >= least[fineness(middle.x, middle.y)]


def simplified(arc: LineString) -> LineString:
    """The arc with its ends kept, cut where it enters or leaves the fine window and simplified piece by piece."""
    points = list(arc.coords)
    pieces: list[tuple[str, list]] = []
    for point in points:
        kind = fineness(*point)
        if pieces and pieces[-1][0] == kind:
            pieces[-1][1].append(point)
        elif pieces:
            pieces[-1][1].append(point)
            pieces.append((kind, [point]))
        else:
            pieces.append((kind, [point]))
    kept = points[:1]
    for kind, piece in pieces:
        if len(piece) > 1:
            thin = LineString(piece).simplify(TOLERANCE_DEG[kind], preserve_topology=True)
            kept.extend(list(thin.coords)[1:])
    return LineString(kept)


def rounded(points: list) -> list[list[float]]:
    """Points as they are written: rounded by place, no point twice in a row."""
    out: list[list[float]] = []
    for lon, lat in points:
        places = DECIMALS[fineness(lon, lat)]
        point = [round(lon, places), round(lat, places)]
        if not out or out[-1] != point:
            out.append(point)
    return out


def lines_out(lines: list[LineString]) -> list:
    """Lines inside the window, merged where they run on into each other."""
    clipped = [part for line in lines for part in parts(line.intersection(box(*WINDOW)))]
    merged = parts(linemerge(clipped)) if clipped else []
    written = [rounded(line.coords) for line in merged]
    return sorted(line for line in written if len(line) > 1)


def polygons_out(polygons: list[Polygon], least: dict[str, float]) -> list:
    """Polygons inside the window, largest first, without the holes and islands too small to see."""
    window = box(*WINDOW)
    clipped = [part for polygon in polygons for part in parts(polygon.intersection(window))]
    kept = [
        Polygon(polygon.exterior, [hole for hole in polygon.interiors if large(Polygon(hole), least)])
        for whole in clipped
        for polygon in on_grid(whole)
    ]
    shown = sorted((shapely.orient_polygons(one) for one in kept if large(one, least)), key=lambda one: -one.area)
    return [[rounded(along_edge(ring.coords)) for ring in (one.exterior, *one.interiors)] for one in shown]


def on_grid(polygon: Polygon) -> list[Polygon]:
    """The polygon with its points rounded, repaired where rounding made it touch or cross itself."""
    pieces = [polygon]
    for _ in range(4):
        rings = [[rounded(ring.coords) for ring in (one.exterior, *one.interiors)] for one in pieces]
        whole = [[ring for ring in polygon if len(ring) > 3] for polygon in rings if len(polygon[0]) > 3]
        pieces = [Polygon(one[0], one[1:]) for one in whole]
        if all(piece.is_valid for piece in pieces):
            break
        repaired = [part for piece in pieces for part in parts(shapely.make_valid(piece))]
        pieces = [part for part in repaired if isinstance(part, Polygon)]
    return pieces


def along_edge(points: list) -> list:
    """The ring with a point at least every degree where it runs along the window's edge."""
    west, south, east, north = WINDOW
    out = list(points[:1])
    for start, end in itertools.pairwise(points):
        upright = start[0] == end[0] and start[0] in (west, east)
        on_edge = upright or (start[1] == end[1] and start[1] in (south, north))
        steps = int(max(abs(end[0] - start[0]), abs(end[1] - start[1]))) + 1 if on_edge else 1
        out.extend(
            (start[0] + (end[0] - start[0]) * step / steps, start[1] + (end[1] - start[1]) * step / steps)
            for step in range(1, steps + 1)
        )
    return out


if __name__ == "__main__":
    main()
