"""The words on the golden pages: written for them, about nobody and nothing that exists."""

LETTER = (
    "Lantern Quay Tool Library",
    "14 Cooper's Slip, Dock Level 2",
    "",
    "Dear member,",
    "",
    "The belt sander you asked about on Tuesday is back on shelf C7.",
    "It was serviced in March; the dust bag is new and the cable has",
    "been shortened by 30 cm. Please keep it dry and bring it home by",
    "Friday 16:45, when the workshop closes for the long weekend.",
    "",
    "We charge a deposit of 12.50 for every borrowed machine. The sum",
    "is paid back in full (or 80 % without the printed slip).",
    "",
    "Members who return three items in one week may keep a fourth for",
    "another seven days at no cost. Ask at the counter for form B-29.",
    "",
    "With kind regards from the bench,",
    "Stores desk, ext. 4071",
)
SMALL = (
    "Rule 1. Wipe every blade before it goes back into the rack, and",
    "oil the hinge where the paint has gone. Rule 2. A drill without",
    "its chuck key counts as not returned. Rule 3. Batteries are kept",
    "at 40 to 60 % charge; label each with the date on which it was",
    "last full. Rule 4. Ladders above 3.2 m need two people and a",
    "signature. Rule 5. Report a broken tool at once: nobody pays for",
    "honest wear, but silence costs the full price. Rule 6. Sawdust",
    "belongs in the green bin, metal swarf in the grey one. Rule 7.",
    "Quiet hours are 12:30-14:00 and after 19:15. Rule 8. Children",
    "may watch from behind the yellow line (see plan, sheet 5/8).",
    "Rule 9. Glue pots are warm: lift them by the wooden handle only.",
    "Rule 10. Keys hang left of the door; number 6 opens cabinet K.",
)
TABLE = (
    ("Code", "Article", "Stock", "Price", "Shelf"),
    ("TX-104", "Hex bolt M8 x 40", "1,250", "0.18", "A2"),
    ("TX-119", "Wing nut, brass", "86", "0.95", "A4"),
    ("QL-007", "Wood glue 500 ml", "24", "7.40", "F1"),
    ("QL-032", "Sanding disc P120", "310", "0.62", "F3"),
    ("RM-551", "Spirit level 60 cm", "9", "18.90", "H2"),
    ("RM-560", "Chalk line, blue", "17", "6.25", "H2"),
    ("ZP-880", "Work gloves, size 9", "143", "3.10", "J5"),
    ("", "Total", "1,839", "", ""),
)
CHINESE = (
    "灯港工具图书馆借用须知",
    "一、每位会员每周最多可借三件工具。",
    "二、归还之前请擦净刀片并上油。",
    "三、电池应保持百分之四十至六十的电量。",
    "四、梯子超过三米时须由两人搬运。",
    "五、遗失钥匙请立即到前台登记。",
    "六、安静时段为中午十二点半至下午两点。",
    "开放时间:周二至周六,上午九点到傍晚六点",
)
CHINESE_SERIF = (
    "木工坊今日课程:如何修理旧椅子",
    "先拆下松动的横档,再清除旧胶,",
    "涂上新胶后用绳子绑紧,静置一夜。",
)
JAPANESE = ("工具は丁寧に扱ってください", "返却は金曜日の夕方まで")
MIXED = (
    "订单号 Order No. QL-2047-B",
    "收货地址:港口路18号 Unit 5C",
    "商品 Item: 木工胶 Wood glue 500ml × 3",
    "单价 ¥25.80   合计 Total ¥77.40",
    "联系电话 Tel: 010-5550-0142",
    "备注:请在18:00前送到前台 (desk 2)",
    "状态 Status: 已发货 shipped 2031-04-09",
)
VERTICAL = ("灯港工具图书馆", "春季开放日欢迎您", "三月廿一上午九时", "免费参观请早到场")
FONT_LINES = (
    ("serif", "Serif: seven grey gulls over the quay 3061"),
    ("serif-bold", "Bold: the crane lifts 45 tons of gravel"),
    ("serif-italic", "Italic: a slow boat with a patched sail"),
    ("sans", "Sans: quick repairs while you wait, 8-17 h"),
    ("sans-bold", "Sans bold: NO SMOKING NEAR THE PAINT STORE"),
    ("mono", "Mono: load=0.75 temp=41C err=0x1F"),
    ("narrow", "Narrow: extra fine print for very long labels"),
    ("dejavu", "DejaVu: Größe, façade, señal, smørbrød"),
    ("dejavu-serif", "DejaVu Serif: two planks, one hinge, no nails"),
    ("dejavu-mono", "for k in range(9): total += weights[k]"),
    ("cjk-bold", "粗体:修理铺全年无休"),
)
NOTICE = (
    "Night entrance",
    "Ring twice and wait for the green lamp.",
    "Deliveries: gate 3, 05:30 to 07:00",
    "Lost property is kept for 60 days.",
)
TAG = ("Crate 118 of 240", "Keep upright", "Net 16.4 kg / Gross 18.0 kg", "Batch H7-3390")
REPORT = (
    "1  Summary",
    "The workshop lent 4,182 tools in the second quarter, which is 11 % more",
    "than a year before. Repairs took 2.6 days in the mean (3.9 last year).",
    "Losses fell to nine items, all of them small: bits, clamps, one square.",
    "2  What changed",
    "A second counter opened in April and the waiting time at noon halved.",
    "Labels are now printed on the spot, so fewer drills come home late.",
    "3  Next steps",
    "Test the new racks, train four volunteers, replace the old band saw.",
)
REPORT_TABLE = (
    ("Month", "Loans", "Late", "Repairs"),
    ("April", "1,302", "41", "57"),
    ("May", "1,377", "38", "49"),
    ("June", "1,503", "29", "52"),
)
