"""The music genres, each with its own words for artists, titles and albums."""

from listening_log.world.words import Genre, words

GENRES = (
    Genre(
        "synthwave",
        "electronic",
        ("retro", "night drive", "instrumental"),
        4.2,
        0.01,
        words(
            "Neon|Chrome|Laser|Turbo|Vector|Cobalt|Violet|Electric|Solar|Magnetic|Pixel|Velvet",
            "Harbor|Skyline|Cassette|Avenue|Falcon|Arcade|Mirage|Protocol|Sunset|Cruiser|Horizon|Static",
            "{a} {b}",
            "{b} {a} 84",
        ),
        words(
            "Midnight|Outrun|Afterglow|Turbo|Neon|Overdrive|Digital|Starlight|Phantom|Highway|Laser|Crimson",
            "Circuit|Boulevard|Pursuit|Dreams|Grid|Runner|Signal|Coast|Memory|Chase|Skies|Engine",
        ),
        words("Night|Chrome|Sunset|Vector", "Drive|Protocol|Stories|City|Tapes"),
    ),
    Genre(
        "folk",
        "roots",
        ("acoustic", "singer-songwriter", "storytelling"),
        3.8,
        0.02,
        words(
            "Willow|Rowan|Hazel|Birch|Ada|Silas|Wren|Juniper|Elsie|Thomas|Fern|Maeve",
            "Hollow|Creek|Fairweather|Thatcher|Brooks|Lark|Meadows|Ashdown|Rivers|Hearth|Moss|Winter",
            "{a} {b}",
            "{a} & {b}",
        ),
        words(
            "Letters|Songs|A Candle|Barley|Wild Geese|Old Shoes|Honey|Snow|The Ferry|Bread|Lanterns|Kindling",
            "for the River|from the Valley|in October|by the Millpond|at the Crossing|under the Oak|"
            "before the Frost|on the Windowsill|for My Mother|past the Orchard|until Morning|by Firelight",
        ),
        words("Quiet|Low|Harvest|Winter", "Fields|Water|Letters|Kitchen Songs"),
    ),
    Genre(
        "jazz",
        "concert",
        ("instrumental", "swing", "late night"),
        5.6,
        0.0,
        words(
            "Lester|Thelma|Dizzy|Art|Nina|Clifford|Mabel|Sonny|Ray|Ella|Horace|Billie",
            "Montrose|Bellamy|Carmichael|DuBois|Langford|Whitfield|Marchand|Crane|Baptiste|Sinclair|Teague|Vance",
            "{a} {b}",
            "{a} {b} Quartet",
            "{a} {b} Trio",
        ),
        words(
            "Blue|Slow|Round|Bourbon|Minor|Seven|Smoky|Waltz for|Autumn|Stompin'|Crosstown|After Hours",
            "at Lenox Avenue|in B Flat|for Ruby|Serenade|on 52nd Street|Rain|Interlude|Sketches|Bop|"
            "Ballad|Swing|Nocturne",
        ),
        words("Live at|Nights at|One More from", "the Blue Door|Smalls Alley|the Half Note"),
    ),
    Genre(
        "hip hop",
        "urban",
        ("rap", "beats", "street"),
        3.2,
        0.55,
        words(
            "Young|MC|Lil|Big|DJ|King|Kid|Killa|Sir|Queen|Prince|Don",
            "Cipher|Ledge|Mercury|Blok|Verse|Cadence|Rook|Static|Dozen|Paper|Sixes|Marvel",
        ),
        words(
            "Corner|Block|Gold|Hustle|Concrete|Crown|Paper|Backseat|Rent|No Sleep|Mic|Ten Toes",
            "Talk|Money|Dreams|Freestyle|Flow|Season|Anthem|Chronicles|on the Beat|Check|(Skit)|in the Rain",
        ),
        words("Concrete|Gold|Block", "Gospel|Diaries|Season|Tape Vol. 1"),
    ),
    Genre(
        "metal",
        "rock",
        ("heavy", "loud", "riffs"),
        5.0,
        0.2,
        words(
            "Iron|Black|Grave|Blood|Rotten|Frost|Obsidian|Wolf|Skull|Funeral|Thunder|Plague",
            "Throne|Monolith|Reaper|Cathedral|Oath|Serpent|Forge|Crypt|Warlord|Abyss|Ritual|Anvil",
            "{a} {b}",
            "{a}{b}",
        ),
        words(
            "Ashes|Hymn|Hammer|Wrath|March|Blood|Chains|Funeral|Throne|Storm|Legions|Curse",
            "of the Fallen|of Ruin|unto Dust|of a Dying Sun|in Iron|of the Wolf King|beneath the Ice|"
            "of Bone|from the Deep|without Mercy|of Thorns|eternal",
        ),
        words("Crown|Age|Rites", "of Ruin|of Iron|of the Black Sun"),
    ),
    Genre(
        "classical",
        "concert",
        ("orchestral", "instrumental", "calm"),
        7.5,
        0.0,
        words(
            "Aurelia|Vienna|Konstantin|Clara|Saint-Martin|Elbe|Isolde|Leopold|Danube|Matthias|Florentine|Ingrid",
            "Chamber Orchestra|String Quartet|Philharmonic|Ensemble|von Hagen|Petrov|Lindqvist|Moretti|"
            "Sinfonietta|Piano Duo|Castellane|Baroque Soloists",
        ),
        words(
            "Sonata|Nocturne|Prelude|Symphony|Étude|Partita|Serenade|Concerto|Intermezzo|Fugue|Rondo|Impromptu",
            "No. 1 in C Minor|No. 2 in G Major|No. 3 in E-flat|No. 4 in A Minor|No. 5 in D Major|"
            "No. 7 in F-sharp Minor|in B Minor: Adagio|in G: Allegro|in D: Andante|in A: Presto",
        ),
        words("Chamber|Piano|String", "Works I|Works II|Works III|Miniatures"),
    ),
    Genre(
        "pop",
        "urban",
        ("dance", "charts", "feelgood"),
        3.1,
        0.12,
        words(
            "Lola|Mia|Zara|Kiki|Ruby|Tess|Jax|Dua|Poppy|Nico|Coco|Ava",
            "Sparkle|Valentine|Gold|Rae|Monroe|Starr|Blush|Kisses|Summers|Lux|Delight|Lemonade",
        ),
        words(
            "Kiss Me|Summer|Heartbeat|Bubblegum|Dance|Call Me|Sugar|Glitter|Crush|Butterflies|Baby|Weekend",
            "Tonight|on Repeat|Again|like That|Love|Party|forever|(Oh Oh)|Emoji|Crazy|in Stereo|Tomorrow",
        ),
        words("Sugar|Teen|Pink", "Hearts|Rush|Weekend|Season"),
    ),
    Genre(
        "country",
        "roots",
        ("americana", "twang", "storytelling"),
        3.5,
        0.03,
        words(
            "Hank|Dolly|Waylon|Loretta|Cody|Travis|June|Buck|Tammy|Garth|Clay|Daisy",
            "McGraw|Calhoun|Tucker|Boone|Dalton|Sawyer|Wheeler|Hatfield|Jessup|Redding|Coltrane|Harlan",
            "{a} {b}",
            "{a} {b} Band",
        ),
        words(
            "Dirt Road|Whiskey|Tailgate|Pickup|Tennessee|Front Porch|Boots|Small Town|Rodeo|Mama's|"
            "Honky-Tonk|Rusty",
            "Prayer|Goodbye|Sunday|Heartache|Romance|Friday Night|Blues|Promise|Memories|Queen|Truck|"
            "Way Home",
        ),
        words("Back|Gone|Headed", "to Tulsa|to Abilene|down Route 9"),
    ),
    Genre(
        "ambient",
        "electronic",
        ("calm", "instrumental", "sleep"),
        6.5,
        0.0,
        words(
            "Lumen|Stillness|Aether|Glacial|Hush|Tidal|Halcyon|Pale|Vapor|Drift|Mono|Silent",
            "Fields|Archive|Garden|Observatory|Bloom|Atlas|Weather|Structures|Choir|Distance|Sleep|Tundra",
        ),
        words(
            "Slow|Weightless|Distant|Pale|Soft|Suspended|Infinite|Drifting|Breathing|Vapor|Unlit|Long",
            "Light|Tides|Snowfall|Rooms|Clouds|Horizon|Exhale|Aurora|Particles|Shoreline|Dawn|Silence",
        ),
        words("Music for|Notes on", "Sleep|Still Water|Empty Rooms|Snow"),
    ),
    Genre(
        "soul",
        "urban",
        ("r&b", "groove", "romantic"),
        3.9,
        0.08,
        words(
            "Otis|Aretha|Marvin|Gladys|Isaac|Etta|Curtis|Roberta|Smokey|Minnie|Jerome|Denise",
            "Goodlove|Freeman|Tenderson|Holloway|Grace|Sweet|Winslow|Broadnax|Hayes|Devine|Mayfair|Robinson",
            "{a} {b}",
            "{a} {b} & the Tenders",
        ),
        words(
            "Sweet|Hold On to|Tender|Ain't No|Lovin'|Mercy,|Velvet|Give Me|Slow|Deep|Lonely|Candlelight",
            "Love|Mercy|Groove|Woman|Devotion|Heart|Honey|Touch|Tears|Feeling|Good Thing|Promises",
        ),
        words("Tender|Deep|Sweet", "Moods|Devotion|Soul Sessions"),
    ),
    Genre(
        "latin",
        "sun",
        ("dance", "bossa nova", "salsa"),
        3.7,
        0.06,
        words(
            "Los|Las Hermanas|Orquesta|Grupo|Trío|Conjunto|Carlos|Marisol|João|Lucía|Ramón|Beatriz",
            "Caribe|Candela|del Sol|Havana|Montuno|Corazón|Ipanema|Sabor|Palmares|Ritmo|Guitarra|Fuego",
        ),
        words(
            "Noche|Corazón|Baila|Luna|Fuego|Amor|Mar|Samba|Playa|Sabor|Cielo|Flor",
            "de Verano|en La Habana|conmigo|del Mar|sin Ti|de Lisboa|y Ron|Caliente|de Abril|"
            "en Bahia|otra Vez|Prohibido",
        ),
        words("Noches|Cartas|Ritmos", "de Enero|del Caribe|de Bahia"),
    ),
    Genre(
        "techno",
        "electronic",
        ("club", "dance", "instrumental"),
        6.8,
        0.01,
        words(
            "Klang|Modul|Kontrol|Funktion|Null|Sektor|Raum|Beton|Puls|Takt|Strom|Werk",
            "Einheit|404|Sequenz|System|Theorie|Neun|Maschine|Feld|Bunker|Matrix|Stahl|Linie",
            "{a} {b}",
            "{a}{b}",
        ),
        words(
            "Acid|Warehouse|Loop|Kick|Subsonic|Modular|Strobe|Peak Time|Hypnotic|Filter|Analog|Bunker",
            "03|Sequence|Function|(Dub)|Pressure|Tool|Rotation|Phase|(Berlin Mix)|State|Theory|Oscillation",
        ),
        words("Raum|Modul|Nacht", "EP 1|EP 2|Studien|Werke"),
    ),
    Genre(
        "indie rock",
        "rock",
        ("guitars", "alternative", "lo-fi"),
        3.6,
        0.09,
        words(
            "Paper|Plastic|Awkward|Basement|Sleepy|Weekend|Ghost|Polite|Tangerine|Broken|Suburban|Static",
            "Lions|Bicycles|Swimmers|Teeth|Astronauts|Postcards|Parade|Cousins|Telephones|Orchard|Trees|Wolves",
            "The {a} {b}",
            "{a} {b}",
        ),
        words(
            "Bicycle|Cheap|Teenage|Parking Lot|Roommate|Cigarette|Bad|Polaroid|Cardigan|Laundromat|"
            "Second-Hand|Awkward",
            "Summer|Haircut|Boyfriend|Weather|Confetti|Guitar|Crush|Apartment|Party|Kids|Feelings|Television",
        ),
        words("Garage|Bedroom|Slow", "Demos|Weather|Parade"),
    ),
    Genre(
        "reggae",
        "sun",
        ("dub", "roots", "sunny"),
        4.0,
        0.03,
        words(
            "Prince|Jah|Sister|Ras|Lion|Natty|Dub|Kingston|Bredda|Empress|Winston|Desmond",
            "Irie|Zion|Gideon|Lionheart|Roots|Marcus|Riddim|Livity|Bush|Selah|Upsetta|Ark",
        ),
        words(
            "Zion|Irie|Rasta|Riddim|Babylon|One Drop|Sunshine|Roots|Lion|Kingston|Jah|Dub",
            "Gates|Livin'|in the Morning|Unity|Falling|Skank|Vibration|Children|Dubwise|Blessing|Town|Rising",
        ),
        words("Roots|Dub|Lion", "from Kingston|& Culture|of Zion"),
    ),
)
