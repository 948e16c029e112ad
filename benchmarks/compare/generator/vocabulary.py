"""What generated pages are written with: words of offices, numbers, Chinese."""

import random

WORDS = (  # noqa: SIM905  words are read more easily as text
    "account address advice agency amount annual approved archive article balance branch budget building capital "
    "certificate claim clause client committee company condition confirm contract copy costs council customer daily "
    "damage dated deadline delivery department deposit details director discount document dollar draft duty edition "
    "engine entry equipment estimate evening exchange expense export factory figure final finance foreign freight "
    "general goods grant guarantee hospital house import income index inspection insurance interest invoice issue "
    "journal kitchen labour ledger letter licence limit machine management manager market material meeting member "
    "minister minutes monthly notice number office officer order original owner package paper payment pension period "
    "permit person phone plant policy postage premium price product profit project property purchase quality quarter "
    "receipt record reference region register release rent repair report request reserve result revenue safety salary "
    "sample schedule section security service shipment signature square standard statement station stock street "
    "summary supply surplus survey table tariff tenant ticket total trade transfer transport treaty trust value "
    "vehicle vendor volume voucher warehouse warranty water weekly weight window witness worker yearly zone"
).split()
CHINESE = (
    "本公司根据合同规定于年月日向贵方交付货物金额总计人民币元整付款方式银行转账户名称地址电话联系客户订单编号发票"
    "税率数量单价备注签字盖章有效期内如问题请及时提供服务保证质量检验报告经理部门申请表格姓名性别出生职业教育程度"
)
TRADITIONAL = (
    "臺灣銀行匯款單據號碼國際貿易發貨運輸費用總計萬圓簽名蓋章辦理業務會議"
    "紀錄統計圖書館學習經濟環境權責規劃請領應聯繫電話傳真"
)
SIGNS = ("No.", "Ref:", "Date:", "Total:", "Net", "VAT", "Qty", "%", "€", "$")


def sentence(dice: random.Random, words: int) -> str:
    """Words with a capital at the beginning and a stop at the end, and a number now and then."""
    found = [amount(dice) if dice.random() < 0.12 else dice.choice(WORDS) for _ in range(words)]
    found[0] = found[0].capitalize()
    if words > 5 and dice.random() < 0.5:
        found[words // 2] += ","
    return " ".join(found) + "."


def amount(dice: random.Random) -> str:
    """A number as offices write it."""
    kind = dice.randrange(4)
    if kind == 0:
        return f"{dice.randrange(1, 9999):,}.{dice.randrange(100):02d}"
    if kind == 1:
        return f"{dice.randrange(1990, 2030)}-{dice.randrange(1, 13):02d}-{dice.randrange(1, 29):02d}"
    if kind == 2:
        return f"{dice.choice('ABCDEFGHKLMNPRSTUVWXYZ')}{dice.randrange(10_000, 99_999)}"
    return str(dice.randrange(2, 2000))


def chinese(dice: random.Random, characters: int, alphabet: str = CHINESE) -> str:
    """Characters in no order that means anything, with a comma and a stop."""
    found = [dice.choice(alphabet) for _ in range(characters)]
    if characters > 8:
        found[characters // 2] = "，"
        found[-1] = "。"
    return "".join(found)
