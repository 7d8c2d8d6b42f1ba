"""Files as strangers send them, made by code: honest ones, and each in its own way not."""

import io
import random
import struct
import zipfile
import zlib
from pathlib import Path

import pikepdf
import xlsxwriter
from pikepdf import Array, Dictionary, Name, OutlineItem, Pdf, Stream, String
from PIL import Image, PngImagePlugin

OFFICE = "application/vnd.openxmlformats-officedocument"
MAIN = {
    "docx": f"{OFFICE}.wordprocessingml.document.main+xml",
    "xlsx": f"{OFFICE}.spreadsheetml.sheet.main+xml",
    "pptx": f"{OFFICE}.presentationml.presentation.main+xml",
    "docm": "application/vnd.ms-word.document.macroEnabled.main+xml",
}
TYPES = "http://schemas.openxmlformats.org/package/2006/content-types"
RELATIONS = "http://schemas.openxmlformats.org/package/2006/relationships"
KINDS = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
SHEETS = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"


def types(kind):
    part = f'<Override PartName="/main.xml" ContentType="{MAIN[kind]}"/>'
    return f'<?xml version="1.0"?><Types xmlns="{TYPES}">{part}</Types>'


def archive(path: Path, members, compression=zipfile.ZIP_DEFLATED):
    with zipfile.ZipFile(path, "w", compression) as made:
        for name, content in members.items():
            made.writestr(name, content)
    return path


def office(path: Path, kind, **more):
    """The least that is a document of `kind`."""
    return archive(path, {"[Content_Types].xml": types(kind), "main.xml": "<x/>"} | more)


def workbook_of(path: Path, sheet_xml, prelude="", strings="", before="", state="visible"):
    """A workbook with one sheet whose XML is written by hand."""
    relation = f'<Relationship Id="%s" Type="{KINDS}/%s" Target="%s"/>'
    return archive(
        path,
        {
            "[Content_Types].xml": types("xlsx"),
            "_rels/.rels": f'<Relationships xmlns="{RELATIONS}">'
            + relation % ("r1", "officeDocument", "xl/workbook.xml")
            + "</Relationships>",
            "xl/_rels/workbook.xml.rels": f'<Relationships xmlns="{RELATIONS}">'
            + relation % ("r1", "worksheet", "worksheets/sheet1.xml")
            + relation % ("r2", "sharedStrings", "sharedStrings.xml")
            + "</Relationships>",
            "xl/workbook.xml": f'<workbook xmlns="{SHEETS}" xmlns:r="{KINDS}"><sheets>'
            f'<sheet name="一" sheetId="1" state="{state}" r:id="r1"/></sheets></workbook>',
            "xl/sharedStrings.xml": f'<sst xmlns="{SHEETS}">{strings}</sst>',
            "xl/worksheets/sheet1.xml": f'{prelude}<worksheet xmlns="{SHEETS}">{before}'
            f"<sheetData>{sheet_xml}</sheetData></worksheet>",
        },
    )


def workbook(path: Path):
    """An ordinary workbook with every hiding place used; what is secret says so."""
    with xlsxwriter.Workbook(path) as made:
        made.set_properties({"author": "SECRET author", "comments": "SECRET property"})
        made.define_name("SECRET_name", "=Sheet!$A$1")
        money, date = made.add_format({"num_format": '#,##0.00"元"'}), made.add_format()
        date.set_num_format("yyyy-mm-dd")
        veiled = made.add_format({"num_format": ";;;"})
        sheet = made.add_worksheet("公开")
        sheet.write_row(0, 0, ["单位", "金额", "日期", "SECRET column", "合计"])
        sheet.write_row(1, 0, ["甲镇"])
        sheet.write_number(1, 1, 1234.5, money)
        sheet.write_number(1, 2, 46000, date)
        sheet.write_string(1, 3, "SECRET in a column")
        sheet.write_formula(1, 4, '=B2*2+N("SECRET formula")', None, 2469)
        sheet.write_row(2, 0, ["SECRET row", 1, 2])
        sheet.write_row(3, 0, ["SECRET filtered", 1, 2])
        sheet.write_string(4, 0, "=1+1")
        sheet.write_string(4, 1, "SECRET veiled", veiled)
        sheet.merge_range("A7:B8", "合并")
        sheet.write_url(8, 0, "https://secret.example/SECRET", string="链接")
        sheet.write_comment("A1", "SECRET comment", {"author": "SECRET commenter"})
        sheet.set_column(3, 3, None, None, {"hidden": True})
        sheet.set_row(2, None, None, {"hidden": True})
        sheet.autofilter("A1:C4")
        sheet.set_row(3, None, None, {"hidden": True})
        sheet.set_header("&LSECRET header")
        sheet.insert_image("H1", "SECRET.png", {"image_data": io.BytesIO(png_bytes())})
        made.add_worksheet("SECRET sheet").write(0, 0, "SECRET cell")
        made.get_worksheet_by_name("SECRET sheet").hide()
        very = made.add_worksheet("SECRET very")
        very.write(0, 0, "SECRET very")
        very.very_hidden()
    return path


def jpeg(path: Path, size=(60, 40), **given):
    image = Image.new("RGB", size, "red")
    image.paste("blue", (0, 0, size[0] // 2, size[1]))
    exif = Image.Exif()
    exif[0x0112] = 6  # held sideways
    exif[0x010F] = "SECRET camera"
    exif.get_ifd(0x8825)[2] = (31.0, 12.0, 5.0)
    image.save(
        path, "JPEG", exif=exif, comment=b"SECRET comment", xmp=b"<x>SECRET xmp</x>", **given
    )
    return path


def png_bytes(size=(6, 4), **given):
    out = io.BytesIO()
    Image.new("RGBA", size, (255, 0, 0, 128)).save(out, "PNG", **given)
    return out.getvalue()


def png(path: Path, size=(6, 4)):
    info = PngImagePlugin.PngInfo()
    info.add_text("Comment", "SECRET text")
    info.add_itxt("XML:com.adobe.xmp", "SECRET xmp")
    path.write_bytes(png_bytes(size, pnginfo=info) + b"SECRET after the end")
    return path


def huge_png(path: Path, side=40_000):
    """A picture of 1.6 thousand million pixels in a few bytes."""
    head = struct.pack(">IIBBBBB", side, side, 8, 0, 0, 0, 0)
    made = bytearray(b"\x89PNG\r\n\x1a\n")
    for name, content in ((b"IHDR", head), (b"IDAT", b"x" * 100), (b"IEND", b"")):
        made += struct.pack(">I", len(content)) + name + content
        made += struct.pack(">I", zlib.crc32(name + content))
    path.write_bytes(made)
    return path


def plain_pdf(path: Path, pages=2, **options):
    with Pdf.new() as pdf:
        for number in range(pages):
            _page(pdf, f"Page {number + 1} OPEN")
        pdf.save(path, **options)
    return path


def _page(pdf, words):
    font = Dictionary(Type=Name.Font, Subtype=Name.Type1, BaseFont=Name.Helvetica)
    content = f"BT /F1 24 Tf 30 100 Td ({words}) Tj ET".encode()
    pdf.add_blank_page(page_size=(300, 200))
    page = pdf.pages[-1].obj
    page["/Resources"] = Dictionary(Font=Dictionary(F1=pdf.make_indirect(font)))
    page["/Contents"] = Stream(pdf, content)
    return page


def loaded_pdf(path: Path):
    """A PDF with a script, an action or a secret wherever one may stand."""
    with Pdf.new() as pdf:
        first, second = _page(pdf, "First OPEN"), _page(pdf, "Second OPEN")
        script = pdf.make_indirect(
            Dictionary(S=Name.JavaScript, JS=Stream(pdf, b"app.alert('SECRET script')"))
        )
        root = pdf.Root
        root["/OpenAction"] = script
        root["/AA"] = Dictionary(WC=script)
        pdf.attachments["SECRET.txt"] = b"SECRET attachment"
        root["/Names"]["/JavaScript"] = Dictionary(Names=Array([String("SECRET"), script]))
        root["/Dests"] = Dictionary(there=Array([second, Name.Fit]))
        field = pdf.make_indirect(
            Dictionary(
                Type=Name.Annot,
                Subtype=Name.Widget,
                FT=Name.Tx,
                T=String("SECRET field"),
                V=String("SECRET value"),
                DV=String("SECRET default"),
                Rect=Array([30, 30, 90, 50]),
                AP=Dictionary(N=_drawing(pdf, "Typed OPEN")),
                AA=Dictionary(K=script),
            )
        )
        root["/AcroForm"] = Dictionary(
            Fields=Array([field]), XFA=Stream(pdf, b"<xfa>SECRET xfa</xfa>"), SigFlags=3
        )
        annotations = [
            field,
            _note(A=Dictionary(S=Name.URI, URI=String("https://open.example/"), Next=script)),
            _note(A=Dictionary(S=Name.URI, URI=String("javascript:SECRET()"))),
            _note(A=Dictionary(S=Name.URI, URI=String("file:///SECRET"))),
            _note(A=Dictionary(S=Name.Launch, F=String("SECRET.exe"))),
            _note(A=Dictionary(S=Name.GoToR, F=String("SECRET.pdf"), D=Array([0, Name.Fit]))),
            _note(A=Dictionary(S=Name.SubmitForm, F=String("https://SECRET.example"))),
            _note(A=Dictionary(S=Name.GoTo, D=Array([second, Name.XYZ, 0, 100, 0]), Next=script)),
            _note(Dest=Name.there),
            _note(Subtype=Name.Text, Contents=String("SECRET comment")),
            _note(Subtype=Name.Popup, Contents=String("SECRET popup")),
            _note(
                Subtype=Name.FileAttachment,
                FS=Dictionary(
                    Type=Name.Filespec,
                    F=String("SECRET"),
                    EF=Dictionary(F=Stream(pdf, b"SECRET embedded", Type=Name.EmbeddedFile)),
                ),
            ),
            _note(Subtype=Name.Stamp, F=2, AP=Dictionary(N=_drawing(pdf, "SECRET hidden stamp"))),
            _note(
                Subtype=Name.Stamp,
                F=4,
                Contents=String("SECRET contents"),
                AP=Dictionary(N=_drawing(pdf, "Seal OPEN"), D=_drawing(pdf, "SECRET down")),
            ),
        ]
        first["/Annots"] = Array([pdf.make_indirect(one) for one in annotations])
        first["/AA"] = Dictionary(O=script)
        first["/Metadata"] = Stream(pdf, b"SECRET page metadata")
        first["/PieceInfo"] = Dictionary(App=Dictionary(Private=String("SECRET private")))
        first["/Thumb"] = Stream(pdf, b"SECRET thumb")
        first["/Resources"]["/XObject"] = Dictionary(Im0=_photograph(pdf))
        root["/Metadata"] = Stream(pdf, b"SECRET document metadata")
        root["/StructTreeRoot"] = pdf.make_indirect(
            Dictionary(
                Type=Name.StructTreeRoot,
                K=Dictionary(
                    S=Name.Document,
                    AF=Array([String("SECRET associated")]),
                    K=Array([Dictionary(Type=Name.OBJR, Obj=first["/Annots"][9])]),
                ),
            )
        )
        with pdf.open_outline() as outline:
            outline.root.append(OutlineItem("Bookmark OPEN", 1))
            outline.root.append(OutlineItem("Bad bookmark OPEN", action=script))
        pdf.docinfo["/Author"] = "SECRET author"
        pdf.save(path)
    return path


def _note(**given):
    return Dictionary(
        **({"Type": Name.Annot, "Subtype": Name.Link, "Rect": Array([1, 1, 9, 9])} | given)
    )


def _drawing(pdf, words):
    font = Dictionary(Type=Name.Font, Subtype=Name.Type1, BaseFont=Name.Helvetica)
    return Stream(
        pdf,
        f"BT /F1 9 Tf 2 2 Td ({words}) Tj ET".encode(),
        Type=Name.XObject,
        Subtype=Name.Form,
        BBox=Array([0, 0, 60, 20]),
        Resources=Dictionary(Font=Dictionary(F1=font)),
    )


def _photograph(pdf):
    out = io.BytesIO()
    exif = Image.Exif()
    exif[0x010F] = "SECRET camera"
    Image.new("RGB", (8, 8), "red").save(out, "JPEG", exif=exif, comment=b"SECRET comment")
    return Stream(
        pdf,
        out.getvalue(),
        Type=Name.XObject,
        Subtype=Name.Image,
        Width=8,
        Height=8,
        ColorSpace=Name.DeviceRGB,
        BitsPerComponent=8,
        Filter=Name.DCTDecode,
    )


def revised_pdf(path: Path):
    """A PDF whose first page was overwritten by an incremental update; the old words are in it."""
    plain_pdf(path, 1, compress_streams=False, object_stream_mode=pikepdf.ObjectStreamMode.disable)
    old = path.read_bytes().replace(b"Page 1 OPEN", b"SECRET past")
    with Pdf.open(io.BytesIO(old)) as pdf:
        number = pdf.pages[0].obj["/Contents"].objgen[0]
        size = int(pdf.trailer["/Size"])
        root = pdf.Root.objgen[0]
    start = int(old[old.rindex(b"startxref") :].split()[1])
    words = b"BT /F1 24 Tf 30 100 Td (Today OPEN) Tj ET"
    body = b"%d 0 obj\n<< /Length %d >>\nstream\n%s\nendstream\nendobj\n" % (
        number,
        len(words),
        words,
    )
    table = b"xref\n%d 1\n%010d 00000 n \n" % (number, len(old))
    trailer = b"trailer << /Size %d /Root %d 0 R /Prev %d >>\nstartxref\n%d\n%%%%EOF\n" % (
        size,
        root,
        start,
        len(old) + len(body),
    )
    path.write_bytes(old + body + table + trailer)
    return path


def random_bytes(path: Path, seed):
    draw = random.Random(seed)
    start = [b"", b"%PDF-1.7\n", b"PK\x03\x04", b"\xff\xd8\xff\xe0", b"\x89PNG\r\n\x1a\n"][seed % 5]
    path.write_bytes(start + draw.randbytes(draw.randrange(20_000)))
    return path
