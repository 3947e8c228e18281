"""Invented sentences of different difficulty, for the texts of the sample.

Here belongs wording only. `{ding}`, `{doen}`, `{stuk}` and `{plek}` are filled in per subject.
"""

from __future__ import annotations

from typing import NamedTuple


class Subject(NamedTuple):
    """What a text is about: a short name for the address, and phrases that fit the slots."""

    name: str
    team: str
    title: str
    ding: str
    doen: str
    stuk: str
    plek: str
    needs_permit: bool = False


SUBJECTS = (
    Subject("afvalpas", "Ruimte", "Een nieuwe afvalpas", "uw afvalpas",
            "een nieuwe afvalpas aanvragen", "uw adres", "de milieustraat"),
    Subject("paspoort", "Publiekszaken", "Uw paspoort", "uw paspoort",
            "een paspoort aanvragen", "een goede pasfoto", "de balie"),
    Subject("verhuizen", "Publiekszaken", "U gaat verhuizen", "uw verhuizing",
            "uw verhuizing doorgeven", "uw nieuwe adres", "de balie"),
    Subject("parkeren", "Publiekszaken", "Parkeren voor bewoners", "uw parkeerplaats",
            "een plek voor uw auto aanvragen", "uw kenteken", "uw straat"),
    Subject("bijstand", "Sociaal domein", "Hulp bij weinig geld", "uw uitkering",
            "een uitkering aanvragen", "de gegevens van uw bank", "het wijkpunt"),
    Subject("hulp-thuis", "Sociaal domein", "Hulp in huis", "uw hulp in huis",
            "hulp in huis aanvragen", "een lijst met uw vragen", "uw huis"),
    Subject("kapvergunning", "Vergunningen", "Een boom kappen", "de boom",
            "een vergunning voor kappen aanvragen", "een foto van de boom", "uw tuin", True),
    Subject("terras", "Vergunningen", "Een terras bij uw zaak", "uw terras",
            "een vergunning voor een terras aanvragen", "een tekening", "het plein", True),
    Subject("evenement", "Vergunningen", "Een feest op straat", "uw feest",
            "een vergunning voor een feest aanvragen", "een plan van het feest", "het park", True),
    Subject("belasting", "Belastingen", "De belasting voor uw huis", "uw aanslag",
            "uw belasting in delen betalen", "het nummer van uw rekening", "het kantoor"),
    Subject("speeltuin", "Ruimte", "De speeltuin in uw buurt", "de speeltuin",
            "uw idee voor de speeltuin doorgeven", "een tekening van uw kind", "de wijk"),
    Subject("wegwerk", "Ruimte", "Werk aan de weg", "de weg",
            "een vraag over het werk stellen", "uw adres", "de straat"),
    Subject("subsidie", "Sociaal domein", "Geld voor uw club", "het geld voor uw club",
            "geld voor uw club aanvragen", "een plan voor dit jaar", "het buurthuis"),
)  # fmt: skip

EASY = (
    "U kunt {doen} op onze website.",
    "Dat duurt ongeveer tien minuten.",
    "Hebt u geen computer? Kom dan naar het gemeentehuis.",
    "Wij helpen u daar graag.",
    "Neem ook {stuk} mee.",
    "Na vijf dagen krijgt u een brief van ons.",
    "In die brief staat wat u moet doen.",
    "Hebt u nog een vraag over {ding}? Bel ons dan.",
    "We zijn elke dag open van negen tot vijf uur.",
    "Het kost u niets.",
    "Is er iets mis met {ding}? Laat het ons weten.",
    "Wij kijken er dan samen met u naar.",
    "U hoeft verder niets te doen.",
    "Bent u het niet met ons eens? Dan kunt u dat zeggen.",
    "Schrijf ons een brief en leg uit waarom.",
    "Doe dat binnen zes weken.",
    "Iemand anders mag u ook helpen met {ding}.",
    "Vraag bijvoorbeeld uw buren of uw kinderen.",
    "Wij bellen u als wij meer willen weten.",
    "Vanaf maandag kunt u weer bij {plek} terecht.",
    "U ziet dan meteen hoe het werkt.",
    "Wilt u liever een afspraak? Dat kan ook.",
    "Kies op de website een dag en een tijd.",
    "Kunt u die dag toch niet? Zeg het ons dan op tijd.",
    "Wij maken dan een nieuwe afspraak met u.",
    "Bewaar deze brief goed.",
    "U hebt hem later misschien nog nodig.",
    "Kijk eerst of alles klopt.",
    "Geef {stuk} daarna aan ons door.",
    "Bij {plek} vindt u meer informatie.",
)

MEDIUM = (
    "Als u {doen} wilt, vult u eerst het formulier in dat u op onze website kunt vinden.",
    "Wij controleren daarna of uw gegevens kloppen en nemen binnen acht weken een besluit.",
    "Omdat de regels voor {ding} dit jaar zijn veranderd, vragen wij u om {stuk} mee te sturen.",
    "Op de website leest u welke voorwaarden gelden en hoeveel u in totaal moet betalen.",
    "Wanneer u te laat reageert, kunnen wij uw verzoek helaas niet meer in behandeling nemen.",
    "In sommige gevallen vragen we aanvullende gegevens, zodat we uw situatie goed kunnen "
    "beoordelen.",
    "Bent u het niet eens met ons besluit, dan kunt u binnen zes weken schriftelijk bezwaar maken.",
    "De werkzaamheden bij {plek} beginnen volgende maand en duren naar verwachting drie weken.",
    "Tijdens deze periode is {plek} alleen bereikbaar voor bewoners en voor de hulpdiensten.",
    "U ontvangt van ons een bevestiging waarin staat welke medewerker uw verzoek behandelt.",
    "De gemeenteraad heeft besloten dat de kosten voor {ding} vanaf januari iets hoger worden.",
    "Wij gebruiken uw gegevens alleen om uw aanvraag te behandelen en bewaren ze niet "
    "langer dan nodig.",
    "Voor mensen met een laag inkomen bestaat een regeling waarmee zij een deel van de "
    "kosten terugkrijgen.",
    "Het is mogelijk dat een medewerker van de gemeente bij u langskomt om {ding} te bekijken.",
)

HARD = (
    "Ingevolge de vigerende verordening dient u voorafgaand aan de effectuering van {ding} een "
    "ontvankelijk verzoek in te dienen, onder gelijktijdige overlegging van {stuk} en overige "
    "relevante bescheiden.",
    "Het college heeft, gelet op de ter zake geldende beleidsregels en gehoord de bevoegde "
    "adviesinstantie, besloten de behandeling van voornoemd verzoek vooralsnog op te schorten.",
    "Onverminderd het bepaalde in de algemene voorschriften wordt de rechthebbende geacht zich "
    "tijdig te vergewissen van de restricties die met betrekking tot {plek} zijn vastgesteld.",
    "Indien de benodigde documentatie niet binnen de gestelde termijn wordt geretourneerd, zal de "
    "aanvraag overeenkomstig de procedurele bepalingen buiten behandeling worden gelaten.",
    "De heffingsgrondslag wordt vastgesteld met inachtneming van de waardepeildatum, waarbij "
    "eventuele wijzigingen in de feitelijke omstandigheden naar evenredigheid worden "
    "verdisconteerd.",
    "Teneinde een zorgvuldige belangenafweging te kunnen waarborgen, worden belanghebbenden in de "
    "gelegenheid gesteld hun zienswijze omtrent {ding} schriftelijk dan wel mondeling "
    "kenbaar te maken.",
    "Voorts zij opgemerkt dat aan deze mededeling geen rechten kunnen worden ontleend, "
    "aangezien de "
    "definitieve besluitvorming afhankelijk is van nadere advisering door externe deskundigen.",
    "De uitvoeringswerkzaamheden ter plaatse van {plek} worden gefaseerd gerealiseerd, waarbij de "
    "bereikbaarheid van de aangrenzende percelen zoveel als redelijkerwijs mogelijk wordt "
    "gegarandeerd.",
    "Van de in het vorige artikel bedoelde verplichting kan uitsluitend ontheffing worden verleend "
    "indien zwaarwegende maatschappelijke belangen zich daartegen niet verzetten.",
    "Met betrekking tot de bekostiging geldt als uitgangspunt dat de verschuldigde leges "
    "ongeacht de "
    "uitkomst van de beoordeling integraal bij de verzoeker in rekening worden gebracht.",
)

#: Parts of a decision: each a sentence of more than fifty words.
DECISION = (
    "Naar aanleiding van uw verzoek, waarin u verzoekt om medewerking met betrekking tot {ding}, "
    "heeft het college, na kennisneming van de door u overgelegde bescheiden, waaronder {stuk}, en "
    "na afweging van alle rechtstreeks bij de besluitvorming betrokken belangen, vastgesteld dat "
    "de aangevoerde omstandigheden geen aanleiding geven om ten gunste van u af te wijken van de "
    "ter zake vastgestelde beleidsregels.",
    "Onder verwijzing naar de voorschriften die aan dit besluit zijn verbonden, en die onder meer "
    "betrekking hebben op het gebruik, het onderhoud en de bereikbaarheid van {plek}, wijst het "
    "college u erop dat bij niet tijdige of niet volledige nakoming daarvan kan worden overgegaan "
    "tot intrekking van het besluit, onverminderd de bevoegdheid tot het verhalen van de daaruit "
    "voortvloeiende kosten.",
    "Tegen dit besluit kan door degene wiens belang rechtstreeks daarbij is betrokken, binnen zes "
    "weken na de dag waarop het aan u is bekendgemaakt, een gemotiveerd en ondertekend bezwaar "
    "worden ingediend, waarbij geldt dat de indiening daarvan de werking van het besluit omtrent "
    "{ding} niet opschort, tenzij op een daartoe strekkend verzoek anders wordt beslist.",
)

MESSAGES = (
    "Vandaag is het gemeentehuis dicht. Morgen zijn wij er weer voor u.",
    "Let op: er is werk aan de weg bij het plein. Rijd om via de brug.",
    "Hebt u een idee voor uw buurt? Stuur het ons! Wij lezen alles.",
    "De bladeren vallen weer. Leg ze bij de korf in uw straat. Dank u wel!",
    "Het wordt warm deze week. Drink genoeg water en help uw buren.",
    "Zaterdag is er markt op het plein. Komt u ook? Het begint om tien uur.",
    "Uw oude fiets wegdoen? Breng hem vrijdag naar de milieustraat. Het is gratis.",
    "De nieuwe speeltuin is open. Kom vanmiddag spelen met uw kinderen!",
    "Wij zoeken mensen die willen helpen bij de intocht. Doet u mee?",
    "Er is een storing met de telefoon. Stuur ons een bericht. Wij bellen u terug.",
    "De sneeuw valt snel. Wij strooien eerst de grote wegen. Rijd rustig.",
    "Vanavond praat de raad over het nieuwe zwembad. U kunt thuis kijken.",
)
