namespace NativeSsl.Cli.Catalogue;

/// <summary>A public data set: where its makers keep it, and how to tell that it arrived unchanged.</summary>
/// <param name="Name">What to ask for it by.</param>
/// <param name="About">What it is.</param>
/// <param name="Address">The official address, at a fixed revision.</param>
/// <param name="Sha256">The hash of the file, in lower-case hexadecimal digits.</param>
/// <param name="Bytes">Its length.</param>
/// <param name="Licence">On what terms it may be used.</param>
/// <param name="File">Where it goes, under the folder of data sets.</param>
sealed record DataSet(string Name, string About, Uri Address, string Sha256, long Bytes, string Licence, string File)
{
    /// <summary>All that this program knows of.</summary>
    internal static DataSet[] All { get; } =
    [
        new("tinyshakespeare", "40,000 lines of Shakespeare's plays, for character models",
            new("https://raw.githubusercontent.com/karpathy/char-rnn/6f9487a6fe5b420b7ca9afb0d7c078e37c1d1b4e/data/tinyshakespeare/input.txt"),
            "86c4e6aa9db7c042ec79f339dcb96d42b0075e16b8fc2e86bf0ca57e2dc565ed", 1_115_394, "public domain", "tinyshakespeare/input.txt"),
        new("wikitext2-valid", "the validation articles of WikiText-2, split into words",
            new("https://raw.githubusercontent.com/pytorch/examples/77f55b912142e11fcfdf5b530231fb9c52f181e8/word_language_model/data/wikitext-2/valid.txt"),
            "f0737ed31fc1329026e95cb8b98e19c2a182c39c240ab909dc31abf2f8af58e8", 1_121_681, "CC BY-SA 3.0 (Wikipedia)", "wikitext2_valid/wiki.valid.tokens"),
    ];

    /// <exception cref="NativeSslException">There is none of this name.</exception>
    internal static DataSet Find(string name) => Array.Find(All, set => set.Name == name) ??
        throw new NativeSslException($"data: no data set is called '{name}'. Known are {string.Join(", ", All.Select(set => set.Name))}.");
}
