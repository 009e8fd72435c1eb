"""Column headings that offices use, by the field they mean, separated by semicolons.

The labels of the forms in every language are recognised as well. Case, width and text in brackets are ignored.
"""

from collections.abc import Mapping

USUAL: Mapping[str, str] = {
    "email": "email;e-mail;mail;почта;эл. почта;электронная почта;e-mail адрес;адрес электронной почты;имейл"
    ";邮箱;电子邮箱;电子邮件;邮件;电邮",
    "full_name": "name;full name;person;contact;contact person;participant;фио;ф.и.о.;имя;фамилия и имя"
    ";имя и фамилия;фамилия имя отчество;фамилия, имя, отчество;участник;контактное лицо"
    ";представитель;姓名;名字;专家姓名;联系人;参会人;参会代表",
    "latin_name": "latin name;name in passport;имя латиницей;фио латиницей;фио на латинице;拼音;英文名;外文名;护照姓名",
    "zh_name": "chinese name;имя на китайском;中文名;中文姓名",
    "country": "country;nationality;citizenship;state;страна;гражданство;国家;国籍;国别;所在国;国家/地区",
    "affiliation": "organisation;organization;affiliation;company;institution;university;employer;place of work"
    ";организация;место работы;учреждение;вуз;университет;институт;компания;单位;工作单位;所在单位"
    ";机构;院校",
    "position": "position;job title;title (job);post;должность;职务;职位;职称/职务",
    "degree": "degree;academic degree;учёная степень;степень;учёное звание;学位;学历;职称",
    "headline": "headline;summary;specialty;speciality;field;специальность;специализация;направление;область"
    ";кратко;专业;研究方向;研究领域;专业领域",
    "offer": "offer;description;expertise;abstract;about;описание;предложение;компетенции;что предлагает"
    ";о себе;чем занимается;описание разработок;简介;个人简介;专长;成果介绍;成果简介;技术简介;项目简介",
    "results": "results;key results;achievements;результаты;ключевые результаты;достижения;成果;主要成果;代表性成果",
    "patents": "patents;patent;intellectual property;патенты;патент;专利;专利情况;知识产权",
    "note": "note;note to partners;notes for the meeting;примечание к встрече;пожелания к встрече;洽谈须知;洽谈备注",
    "topics": "topics;topic;keywords;темы;тематика;ключевые слова;主题;技术主题;关键词;技术领域",
    "readiness": "trl;утг;угт;readiness;технологическая готовность;成熟度;技术成熟度",
    "modes": "modes;cooperation;form of cooperation;сотрудничество;формы сотрудничества"
    ";форма сотрудничества;合作方式;合作形式",
    "languages": "languages;language;spoken languages;языки;язык;рабочие языки;язык встреч"
    ";语言;工作语言;洽谈语言;会议语言;交流语言",
    "available": "availability;presence;slots;time;присутствие;время;когда может;可参会时间;时间;参会时间",
    "max_meetings": "maximum of meetings;max meetings;максимум встреч;洽谈次数上限",
    "name": "enterprise;company;firm;company name;name of the company;компания;предприятие;название компании"
    ";название предприятия;наименование организации;наименование;фирма;企业;企业名称;公司;公司名称"
    ";单位名称",
    "kind": "kind;type;тип;вид;тип организации;类型;企业类型;单位性质",
    "parallel": "parallel;parallel meetings;одновременных встреч;同时洽谈数",
    "title": "need;title;problem;запрос;название запроса;потребность;тема запроса;需求;需求名称;技术需求;需求标题",
    "text": "need description;details;goal;описание запроса;описание потребности;суть запроса;需求描述"
    ";需求内容;技术目标;需求说明",
    "tried": "tried;attempts;что пробовали;предпринятые попытки;已尝试;已有尝试;已尝试的方法",
    "acceptance": "acceptance;acceptance criteria;indicators;критерии приёмки;показатели"
    ";验收指标;考核指标;验收标准;技术指标",
    "rights": "ip;ip ownership;intellectual property;ис;интеллектуальная собственность;知识产权;知识产权归属",
    "decision_owner": "decision owner;decision maker;лпр;лицо, принимающее решение;决策人;负责人",
    "must_topics": "required topics;обязательные темы;必须主题",
    "deadline": "deadline;due;срок;截止日期;期限;完成时间",
    "budget": "budget;бюджет;预算;经费",
    "confidentiality": "confidentiality;конфиденциальность;保密;保密级别",
    "description": "about the company;company description;о компании;описание компании;企业简介;公司简介",
}

# Headings of earlier templates: offices keep their files for years.
FORMER: Mapping[str, str] = {
    "available": "presence",
    "max_meetings": "meetings at most;洽谈上限;встреч не более",
    "languages": "languages of the meetings;languages you can hold a talk in",
    "full_name": "полное имя;ваше полное имя;本人姓名;who comes;кто придёт",
    "latin_name": "in latin letters, as in the passport",
    "headline": "in one line",
    "readiness": "how far the result is;成果的技术成熟度;насколько готов результат;readiness wanted",
    "description": "what you make;что вы производите",
    "deadline": "wanted by",
    "confidentiality": "who may read what;公开范围;кто что видит",
}
FORMER_OPTIONS_SHEETS = ("Answers", "可选项", "Ответы")
# Cell values of earlier templates, by their present English word.
FORMER_WORDS: Mapping[str, tuple[str, ...]] = {
    "Morning": ("До полудня",),
    "Afternoon": ("После полудня",),
    "To be agreed": ("Пока не определён",),
    "Topics only": ("Field only",),
}
