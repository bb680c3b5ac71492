"""Replies a language, native and in Latin letters, and what each is: the tests' own data."""

from __future__ import annotations

from wavoice.runtime.model import Mark

YES, WEAK, NO, HOLD = Mark.YES, Mark.WEAK, Mark.NO, Mark.HOLD
CANCEL, MODIFY = Mark.CANCEL, Mark.MODIFY

REPLIES: dict[str, dict[str, Mark | None]] = {
    "hi": {
        "जी हाँ": YES, "हां जरूर": YES, "haan ji, kar do": YES, "theek hai": WEAK, "ठीक है": WEAK, "नहीं": NO,
        "mat karo": NO, "रुकिए": HOLD, "ek minute": HOLD, "abhi nahi": HOLD, "अभी नहीं": HOLD, "कैंसिल करो": CANCEL,
        "rehne do": NO, "बदल दो": MODIFY, "koi baat nahi": None, "कोई बात नहीं": None,
    },
    "ur": {"جی ہاں": YES, "جی ہاں، کر دیں": YES, "ٹھیک ہے": WEAK, "نہیں": NO, "ابھی نہیں": HOLD, "رکیں": HOLD,
           "منسوخ کریں": CANCEL, "بدل دیں": MODIFY, "کوئی بات نہیں": None},
    "bn": {"হ্যাঁ": YES, "করে দিন": YES, "obossoi": YES, "ঠিক আছে": WEAK, "লাগবে না": NO, "dorkar nei": NO,
           "এখন না": HOLD, "daran": HOLD, "বাতিল": CANCEL, "পাল্টান": MODIFY, "সমস্যা নেই": None},
    "mr": {"होय": YES, "chalel": YES, "ठीक आहे": WEAK, "नको": NO, "थांबा": HOLD, "atta nahi": HOLD,
           "रद्द करा": CANCEL, "म्हणजे": MODIFY, "काही हरकत नाही": None},
    "te": {"అవును": YES, "avunu": YES, "సరే": WEAK, "వద్దు": NO, "kaadu": NO, "ఆగండి": HOLD, "ippudu vaddu": HOLD,
           "రద్దు చేయండి": CANCEL, "మార్చండి": MODIFY, "పర్వాలేదు": None},
    "ta": {"ஆமா": YES, "aama pannunga": YES, "சரி": WEAK, "வேண்டாம்": NO, "illa": NO, "oru nimisham": HOLD,
           "இப்போ வேண்டாம்": HOLD, "ரத்து": CANCEL, "மாத்துங்க": MODIFY, "பரவாயில்லை": None},
    "gu": {"હાજી": YES, "kari do": YES, "સારું": WEAK, "નથી": NO, "nathi joitu": NO, "hamna nahi": HOLD,
           "ઊભા રહો": HOLD, "રદ કરો": CANCEL, "બદલો": MODIFY, "વાંધો નહીં": None},
    "pa": {"ਹਾਂਜੀ": YES, "ਕਰ ਦਿਓ": YES, "haanji": YES, "ਠੀਕ ਹੈ": WEAK, "ਨਹੀਂ": NO, "ਅਜੇ ਨਹੀਂ": HOLD, "ruk jao": HOLD,
           "ਰੱਦ ਕਰੋ": CANCEL, "ਬਦਲੋ": MODIFY, "ਕੋਈ ਗੱਲ ਨਹੀਂ": None},
    "kn": {"ಹೌದು": YES, "haudu madi": YES, "ಸರಿ": WEAK, "ಬೇಡ": NO, "beda": NO, "ಒಂದು ನಿಮಿಷ": HOLD, "eega beda": HOLD,
           "ರದ್ದು ಮಾಡಿ": CANCEL, "ಬದಲಾಯಿಸಿ": MODIFY, "ತೊಂದರೆ ಇಲ್ಲ": None},
    "ml": {"അതെ": YES, "athe": YES, "ശരി": WEAK, "വേണ്ട": NO, "venda": NO, "ഒരു മിനിറ്റ്": HOLD, "ippo venda": HOLD,
           "റദ്ദാക്കൂ": CANCEL, "മാറ്റൂ": MODIFY, "kuzhappamilla": None},
    "pt": {"sim": YES, "claro que sim": YES, "pode confirmar": YES, "tá bom": WEAK, "ta bom": WEAK, "não": NO, "nao": NO,
           "agora não": HOLD, "ainda nao": HOLD, "peraí": HOLD, "deixa pra lá": CANCEL, "na verdade": MODIFY,
           "não tem problema": None, "nao tem problema": None},
    "es": {"sí": YES, "claro que si": YES, "dale": YES, "ajá": WEAK, "si": WEAK, "mejor no": NO, "nel": NO,
           "todavía no": HOLD, "todavia no": HOLD, "espérame": HOLD, "olvidalo": CANCEL, "o sea": MODIFY,
           "no hay problema": None},
    "id": {"iya betul": YES, "setuju": YES, "oke siap": WEAK, "nggak": NO, "jangan": NO, "nggak jadi": NO,
           "belum": HOLD, "nanti dulu": HOLD, "batalkan": CANCEL, "maksudnya": MODIFY, "gapapa": None,
           "nggak apa-apa": None},
    "ms": {"ya betul": YES, "teruskan": YES, "baik": WEAK, "tak nak": NO, "bukan": NO, "belum lagi": HOLD,
           "sekejap": HOLD, "batalkan": CANCEL, "maksud saya": MODIFY, "tak apa": None},
    "ar": {"نعم": YES, "أيوه": YES, "akeed": YES, "تمام": WEAK, "مش عايز": NO, "بلاش": NO, "لحظة": HOLD, "مش دلوقتي": HOLD,
           "ألغي": CANCEL, "قصدي": MODIFY, "مفيش مشكلة": None, "نَعَم": YES},
    "tr": {"evet": YES, "onaylıyorum": YES, "EVET": YES, "peki": WEAK, "hayır": NO, "HAYIR": NO, "henüz değil": HOLD,
           "bir dakika": HOLD, "İPTAL": CANCEL, "vazgectim": CANCEL, "aslında": MODIFY, "sorun değil": None},
    "ru": {"да": YES, "всё верно": YES, "podtverzhdayu": YES, "угу": WEAK, "нет": NO, "да нет": NO, "пока нет": HOLD,
           "подождите": HOLD, "отмените": CANCEL, "то есть": MODIFY, "без проблем": None},
    "de": {"ja bitte": YES, "genau": YES, "alles klar": WEAK, "nein": NO, "lieber nicht": NO, "noch nicht": HOLD,
           "moment mal": HOLD, "doch nicht": CANCEL, "ich meine": MODIFY, "kein Problem": None},
    "fr": {"oui": YES, "tout à fait": YES, "d’accord": WEAK, "nan": NO, "pas encore": HOLD, "attendez": HOLD,
           "laissez tomber": CANCEL, "je veux dire": MODIFY, "pas de souci": None},
    "it": {"sì": YES, "d'accordo": YES, "va bene": WEAK, "meglio di no": NO, "non ancora": HOLD, "un attimo": HOLD,
           "lascia stare": CANCEL, "anzi": MODIFY, "nessun problema": None},
    "sw": {"ndiyo": YES, "endelea": YES, "sawa": WEAK, "hapana": NO, "subiri": HOLD, "sio sasa": HOLD, "ghairi": CANCEL,
           "badilisha": MODIFY, "hakuna shida": None},
    "ha": {"haka ne": YES, "na yarda": YES, "madalla": WEAK, "babu": NO, "a'a": NO, "jira": HOLD, "ba yanzu ba": HOLD,
           "soke": CANCEL, "canza": MODIFY, "ba komai": None},
    "yo": {"bẹ́ẹ̀ni": YES, "beeni": YES, "ó dára": WEAK, "rárá": NO, "rara": NO, "ẹ dúró": HOLD, "duro": HOLD,
           "fagilé": CANCEL, "yí padà": MODIFY, "kò sí wàhálà": None},
    "ig": {"n'ezie": YES, "mee ya": YES, "ọ dị mma": WEAK, "mba": NO, "chere": HOLD, "kagbuo": CANCEL,
           "gbanwee": MODIFY, "nsogbu adịghị": None},
    "pcm": {"do am": YES, "oya do am": YES, "e good": WEAK, "no be so": NO, "abeg wait": HOLD, "no be now": HOLD,
            "leave am": CANCEL, "i mean say": MODIFY, "no wahala": None},
}  # fmt: skip
"""Mark that the reply must be read as in a conversation of that language; None: an idiom or nothing, no veto."""
