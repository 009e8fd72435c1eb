"""Pinyin of Chinese characters, with tone digits (`wang2`), by pypinyin and a table of surnames."""

# Ranges for a character class: unified ideographs with extension A, the compatibility block, and the higher planes.
HAN = "\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003ffff"

# Surnames that are usually read differently from the single character; some families differ.
_READINGS = """
    单:shan4 單:shan4 曾:zeng1 仇:qiu2 解:xie4 查:zha1 朴:piao2 区:ou1 區:ou1 任:ren2 华:hua4 華:hua4 翟:zhai2 盖:ge3
    蓋:ge3 乐:yue4 樂:yue4 员:yun4 員:yun4 缪:miao4 繆:miao4 覃:qin2 召:shao4 黑:he4 秘:bi4 种:chong2 繁:po2 燕:yan1
    过:guo1 過:guo1 宁:ning4 葛:ge3 牟:mu4 隗:wei3 薄:bo2 句:gou1 撒:sa3 哈:ha3 那:na1 郇:xun2 祭:zhai4 卜:bu3
    """
_SURNAMES = dict(pair.split(":") for pair in _READINGS.split())

_COMPOUNDS = """
    欧阳 歐陽 司马 司馬 上官 诸葛 夏侯 皇甫 尉迟 长孙 長孫 万俟 澹台 单于 令狐 鲜于 慕容 宇文 司徒 司空 呼延 端木 公孙
    轩辕 东方 东郭 南宫 西门 独孤 淳于 濮阳 闻人 赫连 钟离 太史 完颜 纳兰 拓跋 亓官 申屠 百里 第五
    """
_COMPOUND_SURNAMES = frozenset(_COMPOUNDS.split())
_WITHOUT_TONES = str.maketrans("", "", "12345")


def read(text: str) -> list[str]:
    """Return one syllable for each character: v for ü, tone digits 1 to 5. Other characters stay."""
    # Imported here: its dictionaries take 0.2 s and 40 MB.
    from pypinyin import Style, lazy_pinyin

    return list(lazy_pinyin(text, style=Style.TONE3, neutral_tone_with_five=True))


def read_name(name: str) -> list[str]:
    """Return the syllables of a person's name, surname first."""
    surname, given = split_name(name)
    return [*read_surname(surname), *read(given)]


def split_name(name: str) -> tuple[str, str]:
    """Return (surname, given name). A surname of two characters is recognised only in names of three or more."""
    length = 2 if len(name) > 2 and name[:2] in _COMPOUND_SURNAMES else 1
    return name[:length], name[length:]


def read_surname(surname: str) -> list[str]:
    """Return the syllables of a surname."""
    return [_SURNAMES[surname]] if surname in _SURNAMES else read(surname)


def latin(syllables: list[str]) -> str:
    """Return syllables joined as in passports: no tones, ü as YU (GB/T 28039-2011)."""
    return "".join(syllables).translate(_WITHOUT_TONES).replace("v", "yu").upper()
