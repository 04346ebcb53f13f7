"""The podcast topics, each with its own words for shows and episodes."""

from listening_log.world.words import Topic, words

TOPICS = (
    Topic(
        "economics",
        ("business", "money"),
        34,
        words("The|Daily|Plain|Common", "Ledger|Margin|Balance Sheet|Penny|Supply Line|Dividend"),
        words(
            "What Rates Do to|Who Pays for|The Hidden Price of|Why Nobody Can Afford|How Tariffs Changed|"
            "The Market for",
            "Rent|Coffee|Wages|Container Ships|Pensions|Childcare|Used Cars|Free Shipping|Small Banks|"
            "Olive Oil",
        ),
    ),
    Topic(
        "true crime",
        ("mystery", "crime"),
        46,
        words("Cold|Missing|Unsolved|Buried", "Evidence|Harbour|Witness|Files|Motive|Alibi"),
        words(
            "The Night at|The Vanishing at|A Confession from|The Last Call from|Fingerprints at|"
            "The Stranger of",
            "Mill Road|Pine Lake|Room 214|the Lighthouse|Harrow Street|the Ferry Dock|St. Agnes|Cabin Nine",
        ),
    ),
    Topic(
        "science",
        ("nature", "learning"),
        38,
        words("Curious|Deep|Small|Strange", "Orbits|Particles|Fossils|Cells|Tides|Questions"),
        words(
            "How We Measured|The Secret Life of|Why We Still Don't Understand|A Short History of|"
            "The Scientist Who Found|What Is inside",
            "Black Holes|Octopus Sleep|the Deep Sea|Mitochondria|Gravity|Slime Mould|Ice Cores|Bird Song|"
            "Vaccines",
        ),
    ),
    Topic(
        "history",
        ("learning", "storytelling"),
        52,
        words("Lost|Forgotten|Ancient|Long", "Empires|Roads|Letters|Crowns|Ruins|Centuries"),
        words(
            "The Fall of|The Spies of|Merchants of|The Women Who Ran|A Winter in|The Plague Reaches",
            "Carthage|Constantinople|Venice|Samarkand|the Hanse|Lisbon|Edo|Timbuktu|Vienna",
        ),
    ),
    Topic(
        "comedy",
        ("humour", "talk"),
        58,
        words("Two|Bad|Awkward|Terrible", "Idiots|Advice|Roommates|Ideas|Dads|Neighbours"),
        words(
            "We Try|An Apology for|Ranking Every|Our Mothers Review|Never Again:|We Were Banned from",
            "Airport Food|Karaoke|Camping|Wedding Speeches|Escape Rooms|Cold Showers|Zumba|Haunted Hotels",
        ),
    ),
    Topic(
        "technology",
        ("computers", "business"),
        41,
        words("Hello|Open|Broken|Legacy", "Kernel|Stack|Bits|Builds|Protocol|Machines"),
        words(
            "The Bug That Broke|Who Owns|Inside|Rewriting|The People Who Maintain|Why We Abandoned",
            "the Internet|Passwords|a Compiler|the Cloud|Open Source|Email|a Chip Factory|Time Zones|Maps",
        ),
    ),
)
