namespace NativeSsl;

/// <summary>
/// What a run of text has learned, for a directory in Hugging Face's layout: <c>config.json</c>, <c>model.safetensors</c>, <c>tokenizer.json</c> and
/// <c>tokenizer_config.json</c>. Only recipe, tokenizer and checkpoint of the run are read, not its data.
/// </summary>
/// <remarks>
/// A run that guesses words becomes BERT with the heads that it has, and RoBERTa if it has samples of one text (<c>pairs</c> none) and RoBERTa's special tokens (<c>bpe</c>). An answer about
/// the order of texts stands where BERT has that about the next sentence: row 0 is “it follows” in both. A run of SimCSE becomes BERT or RoBERTa without heads, a run that guesses
/// the next token GPT-2, if it has biases as GPT-2 has. A run that writes spans or rewrites texts becomes T5; marks that its tokenizer lacks are then behind its last token, and the file of the tokenizer does not name them. Tokenizers of characters and bytes have no form in Hugging Face's library; theirs goes into <c>nativessl-tokenizer.json</c>.
/// </remarks>
public sealed class HuggingFaceExport
{
    /// <summary>The names of the tokenizer's files: Hugging Face's, and that of a tokenizer that only this library reads.</summary>
    internal const string TokenizerFile = "tokenizer.json", OwnTokenizerFile = "nativessl-tokenizer.json";

    readonly ITokenizer _tokenizer;
    readonly int _context;
    readonly Action<string, SafetensorsType> _saveModel;

    HuggingFaceExport(string layout, ITokenizer tokenizer, int context, Action<string, SafetensorsType> saveModel) =>
        (Layout, _tokenizer, _context, _saveModel) = (layout, tokenizer, context, saveModel);

    /// <summary>Which model it becomes: <c>BERT</c>, <c>RoBERTa</c>, <c>GPT-2</c> or <c>T5</c>.</summary>
    public string Layout { get; }

    /// <summary>Reads what a run has learned, in its best checkpoint or else its latest.</summary>
    /// <param name="run">The directory of the run.</param>
    /// <exception cref="NativeSslException">It is no run of text, or of one that has no such layout; the message says why and what to train instead.</exception>
    /// <exception cref="MalformedFileException">There is no run, no checkpoint, or a file of it is damaged.</exception>
    public static HuggingFaceExport Of(string run)
    {
        Recipe recipe = Recipe.Load(Path.Combine(run, "recipe.json"));
        return recipe switch
        {
            EncoderRecipe encoder => Encoder(run, encoder, Tokenizer(run)),
            TextRecipe { Bias: false } => throw new NativeSslException($"{run}: this model has no biases (\"bias\": false), and GPT-2 has. Train with \"bias\": true to export it."),
            TextRecipe text => Writer(run, text, Tokenizer(run)),
            SequenceRecipe sequences => Rewriter(run, sequences, Tokenizer(run)),
            _ => throw new NativeSslException($"{run}: a run of '{recipe.Objective}' has no layout of Hugging Face's here; runs of text have one."),
        };
    }

    static ITokenizer Tokenizer(string run) => NativeSsl.Tokenizer.Load(Path.Combine(run, "tokenizer.json"));

    static HuggingFaceExport Encoder(string run, EncoderRecipe recipe, ITokenizer tokenizer)
    {
        var marks = TextMarks.Of(tokenizer);
        if (tokenizer is not PieceTokenizer pieces || marks.Vocabulary != tokenizer.VocabularySize)
            throw new NativeSslException($"{run}: its tokenizer ('{recipe.Tokenizer}') lacks marks that the model has: a begin, a separator, a mask or a padding, which {TokenizerFile} would "
                + "have to name. Train with 'wordpiece' or 'bpe' to export it.");
        var init = Init.Blank(CpuBackend.Default);
        Objective objective = recipe switch
        {
            MaskedWordsRecipe words => words.NewObjective(init, marks.Vocabulary),
            SimCseRecipe sentences => sentences.NewObjective(init, marks.Vocabulary),
            _ => throw new NativeSslException($"{run}: an encoder of '{recipe.Objective}' has no layout of Hugging Face's here; those of masked-words and simcse have one."),
        };
        RunDirectory.ReadWeights(run, objective.NamedTensors());
        BertWithHeads model = objective switch
        {
            MaskedWords words => words.ToModel(),
            SentencePairObjective pairs => pairs.ToModel(),
            _ => new BertWithHeads((Bert)((SimCse)objective).Encoder),
        };
        bool roberta = recipe.Pairs == "none" && pieces.Piece(marks.Begin) == "<s>";
        if (roberta) model = new BertWithHeads(model.Encoder.WithFirstPosition(marks.Padding + 1), model.Pooler, model.Head, model.Answer);
        return new(roberta ? "RoBERTa" : "BERT", tokenizer, recipe.Context, (directory, type) => HuggingFaceBert.Save(directory, model, type, padding: marks.Padding));
    }

    static HuggingFaceExport Writer(string run, TextRecipe recipe, ITokenizer tokenizer)
    {
        Gpt model = recipe.NewModel(Init.Blank(CpuBackend.Default), tokenizer.VocabularySize);
        RunDirectory.ReadWeights(run, new NextToken(model).NamedTensors());
        return new("GPT-2", tokenizer, recipe.Context, (directory, type) => HuggingFaceGpt2.Save(directory, model, type));
    }

    static HuggingFaceExport Rewriter(string run, SequenceRecipe recipe, ITokenizer tokenizer)
    {
        var frame = new SequenceFrame(tokenizer, recipe.Sentinels);
        TextToText objective = recipe.NewObjective(Init.Blank(CpuBackend.Default), frame);
        RunDirectory.ReadWeights(run, objective.NamedTensors());
        return new("T5", tokenizer, recipe.Context, (directory, type) => HuggingFaceT5.Save(directory, (T5)objective.Model, type, padding: frame.Padding, end: frame.End));
    }

    /// <summary>Writes the directory. <see cref="HuggingFaceBert.Load"/> or <see cref="HuggingFaceGpt2.Load"/> reads the model back, and stored as F32 it says the same bit for bit.</summary>
    /// <param name="directory">It is made if it is not there; it must not hold a model or a tokenizer yet.</param>
    /// <param name="type">How numbers are stored: F32, or rounded to F16 or BF16.</param>
    /// <exception cref="FileWriteException">There is a model or a tokenizer already, the disk is full, or the folder may not be written to.</exception>
    public void Save(string directory, SafetensorsType type = SafetensorsType.Float32)
    {
        foreach (string file in (string[])[TokenizerFile, OwnTokenizerFile, TokenizerConfig.FileName])
            if (File.Exists(Path.Combine(directory, file)))
                throw new FileWriteException(directory, $"there is a tokenizer already: {file}. Export into another folder, or move the old one away first.");
        _saveModel(directory, type);
        if (_tokenizer is PieceTokenizer pieces) TokenizerConfig.Write(Path.Combine(directory, TokenizerConfig.FileName), pieces, _context);
        _tokenizer.Save(Path.Combine(directory, _tokenizer is PieceTokenizer ? TokenizerFile : OwnTokenizerFile));
    }
}
