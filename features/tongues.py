"""The directions in which languages differ, whatever is said in them; they are taken out of every vector.

The model learned English. Two sentences of another language are near to each other in its space because of the language
alone, and the less it knows a script, the nearer: without this, whoever writes Korean would seem to repeat himself.
Six sentences in twenty languages say where each language lies; what is left of a vector is compared. Unrelated
sentences of one language, alike by 0.4 to 0.7 before, are then alike by 0.2 to 0.4; rewordings stay near 0.7, and
English as it was. It does not make the model understand a language that it never learned.
"""

import numpy as np

from features.encoder import Matrix

SAYINGS: tuple[tuple[str, ...], ...] = (
    (
        "Please check why the program stops when it starts.",
        "Write a short letter to the landlord about the heating.",
        "How many people live in this city?",
        "No, that is wrong; the second column must stay empty.",
        "My sister is bringing the children on Saturday.",
        "Compare the two contracts and tell me what has changed.",
    ),
    (
        "Bitte prüfe, warum das Programm beim Start abbricht.",
        "Schreib einen kurzen Brief an den Vermieter wegen der Heizung.",
        "Wie viele Menschen leben in dieser Stadt?",
        "Nein, das ist falsch; die zweite Spalte muss leer bleiben.",
        "Meine Schwester bringt am Samstag die Kinder mit.",
        "Vergleiche die beiden Verträge und sag mir, was sich geändert hat.",
    ),
    (
        "Vérifie pourquoi le programme s'arrête au démarrage, s'il te plaît.",
        "Écris une courte lettre au propriétaire au sujet du chauffage.",
        "Combien de personnes vivent dans cette ville ?",
        "Non, c'est faux ; la deuxième colonne doit rester vide.",
        "Ma sœur amène les enfants samedi.",
        "Compare les deux contrats et dis-moi ce qui a changé.",
    ),
    (
        "Por favor, comprueba por qué el programa se detiene al arrancar.",
        "Escribe una carta corta al casero sobre la calefacción.",
        "¿Cuántas personas viven en esta ciudad?",
        "No, eso está mal; la segunda columna debe quedar vacía.",
        "Mi hermana trae a los niños el sábado.",
        "Compara los dos contratos y dime qué ha cambiado.",
    ),
    (
        "Verifique por que o programa para ao iniciar, por favor.",
        "Escreva uma carta curta ao senhorio sobre o aquecimento.",
        "Quantas pessoas vivem nesta cidade?",
        "Não, isso está errado; a segunda coluna deve ficar vazia.",
        "Minha irmã traz as crianças no sábado.",
        "Compare os dois contratos e diga o que mudou.",
    ),
    (
        "Per favore controlla perché il programma si ferma all'avvio.",
        "Scrivi una breve lettera al padrone di casa per il riscaldamento.",
        "Quante persone vivono in questa città?",
        "No, è sbagliato; la seconda colonna deve restare vuota.",
        "Mia sorella porta i bambini sabato.",
        "Confronta i due contratti e dimmi che cosa è cambiato.",
    ),
    (
        "Controleer alsjeblieft waarom het programma stopt bij het opstarten.",
        "Schrijf een korte brief aan de verhuurder over de verwarming.",
        "Hoeveel mensen wonen er in deze stad?",
        "Nee, dat is fout; de tweede kolom moet leeg blijven.",
        "Mijn zus neemt zaterdag de kinderen mee.",
        "Vergelijk de twee contracten en vertel me wat er veranderd is.",
    ),
    (
        "Sprawdź, proszę, dlaczego program zatrzymuje się przy starcie.",
        "Napisz krótki list do właściciela mieszkania w sprawie ogrzewania.",
        "Ile osób mieszka w tym mieście?",
        "Nie, to źle; druga kolumna musi zostać pusta.",
        "Moja siostra przywozi dzieci w sobotę.",
        "Porównaj obie umowy i powiedz mi, co się zmieniło.",
    ),
    (
        "Lütfen programın açılırken neden durduğuna bak.",
        "Ev sahibine kalorifer hakkında kısa bir mektup yaz.",
        "Bu şehirde kaç kişi yaşıyor?",
        "Hayır, bu yanlış; ikinci sütun boş kalmalı.",
        "Kız kardeşim cumartesi günü çocukları getiriyor.",
        "İki sözleşmeyi karşılaştır ve neyin değiştiğini söyle.",
    ),
    (
        "Hãy kiểm tra vì sao chương trình dừng khi khởi động.",
        "Viết một bức thư ngắn cho chủ nhà về hệ thống sưởi.",
        "Có bao nhiêu người sống ở thành phố này?",
        "Không, sai rồi; cột thứ hai phải để trống.",
        "Chị tôi đưa bọn trẻ đến vào thứ bảy.",
        "So sánh hai hợp đồng và cho tôi biết điều gì đã thay đổi.",
    ),
    (
        "Tolong periksa mengapa program berhenti saat dijalankan.",
        "Tulis surat pendek kepada pemilik rumah tentang pemanas.",
        "Berapa orang yang tinggal di kota ini?",
        "Tidak, itu salah; kolom kedua harus tetap kosong.",
        "Kakak saya membawa anak-anak pada hari Sabtu.",
        "Bandingkan kedua kontrak dan katakan apa yang berubah.",
    ),
    (
        "Проверь, пожалуйста, почему программа останавливается при запуске.",
        "Напиши короткое письмо хозяину квартиры об отоплении.",
        "Сколько людей живёт в этом городе?",
        "Нет, это неверно; второй столбец должен остаться пустым.",
        "Моя сестра привезёт детей в субботу.",
        "Сравни оба договора и скажи, что изменилось.",
    ),
    (
        "Έλεγξε, παρακαλώ, γιατί το πρόγραμμα σταματά στην εκκίνηση.",
        "Γράψε ένα σύντομο γράμμα στον ιδιοκτήτη για τη θέρμανση.",
        "Πόσοι άνθρωποι ζουν σε αυτή την πόλη;",
        "Όχι, είναι λάθος· η δεύτερη στήλη πρέπει να μείνει κενή.",
        "Η αδερφή μου φέρνει τα παιδιά το Σάββατο.",
        "Σύγκρινε τα δύο συμβόλαια και πες μου τι άλλαξε.",
    ),
    (
        "من فضلك تحقق لماذا يتوقف البرنامج عند التشغيل.",
        "اكتب رسالة قصيرة إلى صاحب البيت بشأن التدفئة.",
        "كم عدد الناس الذين يعيشون في هذه المدينة؟",
        "لا، هذا خطأ؛ يجب أن يبقى العمود الثاني فارغا.",
        "أختي ستحضر الأطفال يوم السبت.",
        "قارن بين العقدين وقل لي ما الذي تغير.",
    ),
    (
        "בבקשה תבדוק למה התוכנית נעצרת בהפעלה.",
        "כתוב מכתב קצר לבעל הבית על החימום.",
        "כמה אנשים גרים בעיר הזאת?",
        "לא, זה לא נכון; העמודה השנייה חייבת להישאר ריקה.",
        "אחותי מביאה את הילדים בשבת.",
        "השווה בין שני החוזים ואמור לי מה השתנה.",
    ),
    (
        "कृपया देखें कि प्रोग्राम शुरू होते ही क्यों रुक जाता है।",
        "मकान मालिक को हीटर के बारे में एक छोटा पत्र लिखो।",
        "इस शहर में कितने लोग रहते हैं?",
        "नहीं, यह गलत है; दूसरा स्तंभ खाली रहना चाहिए।",
        "मेरी बहन शनिवार को बच्चों को ला रही है।",
        "दोनों अनुबंधों की तुलना करो और बताओ क्या बदला है।",
    ),
    (
        "ช่วยดูหน่อยว่าทำไมโปรแกรมหยุดตอนเริ่มทำงาน",
        "เขียนจดหมายสั้น ๆ ถึงเจ้าของบ้านเรื่องเครื่องทำความร้อน",
        "มีคนอาศัยอยู่ในเมืองนี้กี่คน",
        "ไม่ใช่ อันนี้ผิด คอลัมน์ที่สองต้องว่างไว้",
        "พี่สาวของฉันจะพาเด็ก ๆ มาวันเสาร์",
        "เปรียบเทียบสัญญาสองฉบับแล้วบอกฉันว่าอะไรเปลี่ยนไป",
    ),
    (
        "请检查程序为什么一启动就停止。",
        "给房东写一封关于暖气的短信。",
        "这座城市有多少人？",
        "不，这是错的；第二列必须留空。",
        "我姐姐星期六带孩子们来。",
        "比较这两份合同，告诉我有什么变化。",
    ),
    (
        "プログラムが起動時に止まる理由を調べてください。",
        "暖房のことで大家さんに短い手紙を書いて。",
        "この町には何人の人が住んでいますか。",
        "いや、それは違う。二列目は空のままにしておいて。",
        "土曜日に姉が子どもたちを連れてきます。",
        "二つの契約書を比べて、何が変わったか教えてください。",
    ),
    (
        "프로그램이 시작할 때 왜 멈추는지 확인해 주세요.",
        "난방 문제로 집주인에게 짧은 편지를 써 줘.",
        "이 도시에는 몇 명이 살고 있나요?",
        "아니, 틀렸어. 두 번째 열은 비워 둬야 해.",
        "언니가 토요일에 아이들을 데려와요.",
        "두 계약서를 비교해서 뭐가 바뀌었는지 알려 줘.",
    ),
)
"""The same six sentences in English, German, French, Spanish, Portuguese, Italian, Dutch, Polish, Turkish, Vietnamese,
Indonesian, Russian, Greek, Arabic, Hebrew, Hindi, Thai, Chinese, Japanese and Korean."""


def directions(vectors: Matrix) -> Matrix:
    """The directions in which languages differ, each of length one: found from the vectors of all sayings in order."""
    tongues = vectors.reshape(len(SAYINGS), len(SAYINGS[0]), -1).mean(axis=1)
    found = np.linalg.svd(tongues - tongues.mean(axis=0), full_matrices=False)[2]
    return np.asarray(found[: len(SAYINGS) - 1], np.float32)


def without(vectors: Matrix, directions: Matrix) -> Matrix:
    """The vectors without what lies along these directions, brought back to length one."""
    left = vectors - (vectors @ directions.T) @ directions
    return np.asarray(left / np.maximum(np.linalg.norm(left, axis=1, keepdims=True), 1e-6), np.float32)
