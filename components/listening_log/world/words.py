"""The words from which artists, titles, shows and episodes are composed; each genre has its own.

`{a}` and `{b}` of a pattern are words of a first and a second list.
"""

from dataclasses import dataclass


@dataclass(frozen=True)
class Words:
    """Two word lists and the patterns that join them; `count` distinct names can be composed."""

    first: tuple[str, ...]
    second: tuple[str, ...]
    patterns: tuple[str, ...]

    @property
    def count(self) -> int:
        return len(self.first) * len(self.second) * len(self.patterns)

    def compose(self, number: int) -> str:
        """The name with this number; from `count` on, names repeat with a numeral behind them."""
        lap, place = divmod(number, self.count)
        place, pattern = divmod(place, len(self.patterns))
        first, second = divmod(place, len(self.second))
        name = self.patterns[pattern].format(a=self.first[first], b=self.second[second])
        return name if lap == 0 else f"{name} {lap + 1}"


@dataclass(frozen=True)
class Genre:
    """A music genre: what it is close to, how its tracks are, and how its names sound."""

    name: str
    family: str
    tags: tuple[str, ...]
    minutes: float  # a typical track
    explicit: float  # share of explicit tracks
    artists: Words
    titles: Words
    albums: Words


@dataclass(frozen=True)
class Topic:
    """A podcast topic: how its shows and its episodes are called."""

    name: str
    tags: tuple[str, ...]
    minutes: float
    shows: Words
    episodes: Words


def _words(first: str, second: str, *patterns: str) -> Words:
    return Words(tuple(first.split("|")), tuple(second.split("|")), patterns or ("{a} {b}",))


GENRES = (
    Genre(
        "synthwave",
        "electronic",
        ("retro", "night drive", "instrumental"),
        4.2,
        0.01,
        _words(
            "Neon|Chrome|Laser|Turbo|Vector|Cobalt|Violet|Electric|Solar|Magnetic|Pixel|Velvet",
            "Harbor|Skyline|Cassette|Avenue|Falcon|Arcade|Mirage|Protocol|Sunset|Cruiser|Horizon|Static",
            "{a} {b}",
            "{b} {a} 84",
        ),
        _words(
            "Midnight|Outrun|Afterglow|Turbo|Neon|Overdrive|Digital|Starlight|Phantom|Highway|Laser|Crimson",
            "Circuit|Boulevard|Pursuit|Dreams|Grid|Runner|Signal|Coast|Memory|Chase|Skies|Engine",
        ),
        _words("Night|Chrome|Sunset|Vector", "Drive|Protocol|Stories|City|Tapes"),
    ),
    Genre(
        "folk",
        "roots",
        ("acoustic", "singer-songwriter", "storytelling"),
        3.8,
        0.02,
        _words(
            "Willow|Rowan|Hazel|Birch|Ada|Silas|Wren|Juniper|Elsie|Thomas|Fern|Maeve",
            "Hollow|Creek|Fairweather|Thatcher|Brooks|Lark|Meadows|Ashdown|Rivers|Hearth|Moss|Winter",
            "{a} {b}",
            "{a} & {b}",
        ),
        _words(
            "Letters|Songs|A Candle|Barley|Wild Geese|Old Shoes|Honey|Snow|The Ferry|Bread|Lanterns|Kindling",
            "for the River|from the Valley|in October|by the Millpond|at the Crossing|under the Oak|"
            "before the Frost|on the Windowsill|for My Mother|past the Orchard|until Morning|by Firelight",
        ),
        _words("Quiet|Low|Harvest|Winter", "Fields|Water|Letters|Kitchen Songs"),
    ),
    Genre(
        "jazz",
        "concert",
        ("instrumental", "swing", "late night"),
        5.6,
        0.0,
        _words(
            "Lester|Thelma|Dizzy|Art|Nina|Clifford|Mabel|Sonny|Ray|Ella|Horace|Billie",
            "Montrose|Bellamy|Carmichael|DuBois|Langford|Whitfield|Marchand|Crane|Baptiste|Sinclair|Teague|Vance",
            "{a} {b}",
            "{a} {b} Quartet",
            "{a} {b} Trio",
        ),
        _words(
            "Blue|Slow|Round|Bourbon|Minor|Seven|Smoky|Waltz for|Autumn|Stompin'|Crosstown|After Hours",
            "at Lenox Avenue|in B Flat|for Ruby|Serenade|on 52nd Street|Rain|Interlude|Sketches|Bop|"
            "Ballad|Swing|Nocturne",
        ),
        _words("Live at|Nights at|One More from", "the Blue Door|Smalls Alley|the Half Note"),
    ),
    Genre(
        "hip hop",
        "urban",
        ("rap", "beats", "street"),
        3.2,
        0.55,
        _words(
            "Young|MC|Lil|Big|DJ|King|Kid|Killa|Sir|Queen|Prince|Don",
            "Cipher|Ledge|Mercury|Blok|Verse|Cadence|Rook|Static|Dozen|Paper|Sixes|Marvel",
        ),
        _words(
            "Corner|Block|Gold|Hustle|Concrete|Crown|Paper|Backseat|Rent|No Sleep|Mic|Ten Toes",
            "Talk|Money|Dreams|Freestyle|Flow|Season|Anthem|Chronicles|on the Beat|Check|(Skit)|in the Rain",
        ),
        _words("Concrete|Gold|Block", "Gospel|Diaries|Season|Tape Vol. 1"),
    ),
    Genre(
        "metal",
        "rock",
        ("heavy", "loud", "riffs"),
        5.0,
        0.2,
        _words(
            "Iron|Black|Grave|Blood|Rotten|Frost|Obsidian|Wolf|Skull|Funeral|Thunder|Plague",
            "Throne|Monolith|Reaper|Cathedral|Oath|Serpent|Forge|Crypt|Warlord|Abyss|Ritual|Anvil",
            "{a} {b}",
            "{a}{b}",
        ),
        _words(
            "Ashes|Hymn|Hammer|Wrath|March|Blood|Chains|Funeral|Throne|Storm|Legions|Curse",
            "of the Fallen|of Ruin|unto Dust|of a Dying Sun|in Iron|of the Wolf King|beneath the Ice|"
            "of Bone|from the Deep|without Mercy|of Thorns|eternal",
        ),
        _words("Crown|Age|Rites", "of Ruin|of Iron|of the Black Sun"),
    ),
    Genre(
        "classical",
        "concert",
        ("orchestral", "instrumental", "calm"),
        7.5,
        0.0,
        _words(
            "Aurelia|Vienna|Konstantin|Clara|Saint-Martin|Elbe|Isolde|Leopold|Danube|Matthias|Florentine|Ingrid",
            "Chamber Orchestra|String Quartet|Philharmonic|Ensemble|von Hagen|Petrov|Lindqvist|Moretti|"
            "Sinfonietta|Piano Duo|Castellane|Baroque Soloists",
        ),
        _words(
            "Sonata|Nocturne|Prelude|Symphony|Étude|Partita|Serenade|Concerto|Intermezzo|Fugue|Rondo|Impromptu",
            "No. 1 in C Minor|No. 2 in G Major|No. 3 in E-flat|No. 4 in A Minor|No. 5 in D Major|"
            "No. 7 in F-sharp Minor|in B Minor: Adagio|in G: Allegro|in D: Andante|in A: Presto",
        ),
        _words("Chamber|Piano|String", "Works I|Works II|Works III|Miniatures"),
    ),
    Genre(
        "pop",
        "urban",
        ("dance", "charts", "feelgood"),
        3.1,
        0.12,
        _words(
            "Lola|Mia|Zara|Kiki|Ruby|Tess|Jax|Dua|Poppy|Nico|Coco|Ava",
            "Sparkle|Valentine|Gold|Rae|Monroe|Starr|Blush|Kisses|Summers|Lux|Delight|Lemonade",
        ),
        _words(
            "Kiss Me|Summer|Heartbeat|Bubblegum|Dance|Call Me|Sugar|Glitter|Crush|Butterflies|Baby|Weekend",
            "Tonight|on Repeat|Again|like That|Love|Party|forever|(Oh Oh)|Emoji|Crazy|in Stereo|Tomorrow",
        ),
        _words("Sugar|Teen|Pink", "Hearts|Rush|Weekend|Season"),
    ),
    Genre(
        "country",
        "roots",
        ("americana", "twang", "storytelling"),
        3.5,
        0.03,
        _words(
            "Hank|Dolly|Waylon|Loretta|Cody|Travis|June|Buck|Tammy|Garth|Clay|Daisy",
            "McGraw|Calhoun|Tucker|Boone|Dalton|Sawyer|Wheeler|Hatfield|Jessup|Redding|Coltrane|Harlan",
            "{a} {b}",
            "{a} {b} Band",
        ),
        _words(
            "Dirt Road|Whiskey|Tailgate|Pickup|Tennessee|Front Porch|Boots|Small Town|Rodeo|Mama's|Honky-Tonk|Rusty",
            "Prayer|Goodbye|Sunday|Heartache|Romance|Friday Night|Blues|Promise|Memories|Queen|Truck|Way Home",
        ),
        _words("Back|Gone|Headed", "to Tulsa|to Abilene|down Route 9"),
    ),
    Genre(
        "ambient",
        "electronic",
        ("calm", "instrumental", "sleep"),
        6.5,
        0.0,
        _words(
            "Lumen|Stillness|Aether|Glacial|Hush|Tidal|Halcyon|Pale|Vapor|Drift|Mono|Silent",
            "Fields|Archive|Garden|Observatory|Bloom|Atlas|Weather|Structures|Choir|Distance|Sleep|Tundra",
        ),
        _words(
            "Slow|Weightless|Distant|Pale|Soft|Suspended|Infinite|Drifting|Breathing|Vapor|Unlit|Long",
            "Light|Tides|Snowfall|Rooms|Clouds|Horizon|Exhale|Aurora|Particles|Shoreline|Dawn|Silence",
        ),
        _words("Music for|Notes on", "Sleep|Still Water|Empty Rooms|Snow"),
    ),
    Genre(
        "soul",
        "urban",
        ("r&b", "groove", "romantic"),
        3.9,
        0.08,
        _words(
            "Otis|Aretha|Marvin|Gladys|Isaac|Etta|Curtis|Roberta|Smokey|Minnie|Jerome|Denise",
            "Goodlove|Freeman|Tenderson|Holloway|Grace|Sweet|Winslow|Broadnax|Hayes|Devine|Mayfair|Robinson",
            "{a} {b}",
            "{a} {b} & the Tenders",
        ),
        _words(
            "Sweet|Hold On to|Tender|Ain't No|Lovin'|Mercy,|Velvet|Give Me|Slow|Deep|Lonely|Candlelight",
            "Love|Mercy|Groove|Woman|Devotion|Heart|Honey|Touch|Tears|Feeling|Good Thing|Promises",
        ),
        _words("Tender|Deep|Sweet", "Moods|Devotion|Soul Sessions"),
    ),
    Genre(
        "latin",
        "sun",
        ("dance", "bossa nova", "salsa"),
        3.7,
        0.06,
        _words(
            "Los|Las Hermanas|Orquesta|Grupo|Trío|Conjunto|Carlos|Marisol|João|Lucía|Ramón|Beatriz",
            "Caribe|Candela|del Sol|Havana|Montuno|Corazón|Ipanema|Sabor|Palmares|Ritmo|Guitarra|Fuego",
        ),
        _words(
            "Noche|Corazón|Baila|Luna|Fuego|Amor|Mar|Samba|Playa|Sabor|Cielo|Flor",
            "de Verano|en La Habana|conmigo|del Mar|sin Ti|de Lisboa|y Ron|Caliente|de Abril|"
            "en Bahia|otra Vez|Prohibido",
        ),
        _words("Noches|Cartas|Ritmos", "de Enero|del Caribe|de Bahia"),
    ),
    Genre(
        "techno",
        "electronic",
        ("club", "dance", "instrumental"),
        6.8,
        0.01,
        _words(
            "Klang|Modul|Kontrol|Funktion|Null|Sektor|Raum|Beton|Puls|Takt|Strom|Werk",
            "Einheit|404|Sequenz|System|Theorie|Neun|Maschine|Feld|Bunker|Matrix|Stahl|Linie",
            "{a} {b}",
            "{a}{b}",
        ),
        _words(
            "Acid|Warehouse|Loop|Kick|Subsonic|Modular|Strobe|Peak Time|Hypnotic|Filter|Analog|Bunker",
            "03|Sequence|Function|(Dub)|Pressure|Tool|Rotation|Phase|(Berlin Mix)|State|Theory|Oscillation",
        ),
        _words("Raum|Modul|Nacht", "EP 1|EP 2|Studien|Werke"),
    ),
    Genre(
        "indie rock",
        "rock",
        ("guitars", "alternative", "lo-fi"),
        3.6,
        0.09,
        _words(
            "Paper|Plastic|Awkward|Basement|Sleepy|Weekend|Ghost|Polite|Tangerine|Broken|Suburban|Static",
            "Lions|Bicycles|Swimmers|Teeth|Astronauts|Postcards|Parade|Cousins|Telephones|Orchard|Trees|Wolves",
            "The {a} {b}",
            "{a} {b}",
        ),
        _words(
            "Bicycle|Cheap|Teenage|Parking Lot|Roommate|Cigarette|Bad|Polaroid|Cardigan|Laundromat|Second-Hand|Awkward",
            "Summer|Haircut|Boyfriend|Weather|Confetti|Guitar|Crush|Apartment|Party|Kids|Feelings|Television",
        ),
        _words("Garage|Bedroom|Slow", "Demos|Weather|Parade"),
    ),
    Genre(
        "reggae",
        "sun",
        ("dub", "roots", "sunny"),
        4.0,
        0.03,
        _words(
            "Prince|Jah|Sister|Ras|Lion|Natty|Dub|Kingston|Bredda|Empress|Winston|Desmond",
            "Irie|Zion|Gideon|Lionheart|Roots|Marcus|Riddim|Livity|Bush|Selah|Upsetta|Ark",
        ),
        _words(
            "Zion|Irie|Rasta|Riddim|Babylon|One Drop|Sunshine|Roots|Lion|Kingston|Jah|Dub",
            "Gates|Livin'|in the Morning|Unity|Falling|Skank|Vibration|Children|Dubwise|Blessing|Town|Rising",
        ),
        _words("Roots|Dub|Lion", "from Kingston|& Culture|of Zion"),
    ),
)

TOPICS = (
    Topic(
        "economics",
        ("business", "money"),
        34,
        _words("The|Daily|Plain|Common", "Ledger|Margin|Balance Sheet|Penny|Supply Line|Dividend"),
        _words(
            "What Rates Do to|Who Pays for|The Hidden Price of|Why Nobody Can Afford|How Tariffs Changed|The Market for",
            "Rent|Coffee|Wages|Container Ships|Pensions|Childcare|Used Cars|Free Shipping|Small Banks|Olive Oil",
        ),
    ),
    Topic(
        "true crime",
        ("mystery", "crime"),
        46,
        _words("Cold|Missing|Unsolved|Buried", "Evidence|Harbour|Witness|Files|Motive|Alibi"),
        _words(
            "The Night at|The Vanishing at|A Confession from|The Last Call from|Fingerprints at|The Stranger of",
            "Mill Road|Pine Lake|Room 214|the Lighthouse|Harrow Street|the Ferry Dock|St. Agnes|Cabin Nine",
        ),
    ),
    Topic(
        "science",
        ("nature", "learning"),
        38,
        _words("Curious|Deep|Small|Strange", "Orbits|Particles|Fossils|Cells|Tides|Questions"),
        _words(
            "How We Measured|The Secret Life of|Why We Still Don't Understand|A Short History of|"
            "The Scientist Who Found|What Is inside",
            "Black Holes|Octopus Sleep|the Deep Sea|Mitochondria|Gravity|Slime Mould|Ice Cores|Bird Song|Vaccines",
        ),
    ),
    Topic(
        "history",
        ("learning", "storytelling"),
        52,
        _words("Lost|Forgotten|Ancient|Long", "Empires|Roads|Letters|Crowns|Ruins|Centuries"),
        _words(
            "The Fall of|The Spies of|Merchants of|The Women Who Ran|A Winter in|The Plague Reaches",
            "Carthage|Constantinople|Venice|Samarkand|the Hanse|Lisbon|Edo|Timbuktu|Vienna",
        ),
    ),
    Topic(
        "comedy",
        ("humour", "talk"),
        58,
        _words("Two|Bad|Awkward|Terrible", "Idiots|Advice|Roommates|Ideas|Dads|Neighbours"),
        _words(
            "We Try|An Apology for|Ranking Every|Our Mothers Review|Never Again:|We Were Banned from",
            "Airport Food|Karaoke|Camping|Wedding Speeches|Escape Rooms|Cold Showers|Zumba|Haunted Hotels",
        ),
    ),
    Topic(
        "technology",
        ("computers", "business"),
        41,
        _words("Hello|Open|Broken|Legacy", "Kernel|Stack|Bits|Builds|Protocol|Machines"),
        _words(
            "The Bug That Broke|Who Owns|Inside|Rewriting|The People Who Maintain|Why We Abandoned",
            "the Internet|Passwords|a Compiler|the Cloud|Open Source|Email|a Chip Factory|Time Zones|Maps",
        ),
    ),
)
