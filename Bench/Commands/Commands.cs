using System.Diagnostics;
using NativeSsl.Bench.Measure;

namespace NativeSsl.Bench.Commands;

/// <summary>What the program can be asked to do. Every command is a process of its own, so that none inherits another's memory, threads or faults.</summary>
static class Commands
{
    sealed record Command(string Name, string Help, Action<string[]>? Run, bool Everything = true);

    static readonly Command[] All =
    [
#if LIBTORCH
        new("compare", "a training step of ours and of libtorch in turn; --tuned once more with libtorch's allocator tuned", Reference.Compare.Run),
        new("images", "a step of SimCLR likewise, in both of libtorch's layouts, and with the views; --tuned", Reference.CompareImages.Run),
        new("text", "a step of BERT and one of T5 likewise, and what an encoder takes to read; --tuned", Reference.CompareText.Run),
        new("gemm", "matrix products: square ones and those of the models", Reference.Gemm.Run),
        new("attention", "causal attention, forward and forward with backward", Reference.Attention.Run),
        new("conv", "convolutions of ResNets, in both of libtorch's layouts", Reference.Convolutions.Run),
        new("ops", "every op against libtorch, and against TensorPrimitives", Reference.Ops.Run),
        new("memory", "peak memory of training, each side in a process of its own", Reference.Memory.Run),
        new("generation", "one token after the other, with a key-value cache", Reference.Generation.Run),
        new("start", "from the start of the process to the first token", Reference.Start.Run),
        new("parity", "losses of both sides, step by step", Reference.Parity.Run),
        new("control", "trains libtorch's GPT as `learning` trains ours (NATIVESSL_DATA)", Reference.Control.Run, Everything: false),
        new("fixtures", "writes Tests/Fixtures: gradients and losses of a small GPT, by libtorch", Reference.Fixtures.Run, Everything: false),
#else
        .. new[] { "compare", "images", "text", "gemm", "attention", "conv", "ops", "memory", "generation", "start", "parity", "control", "fixtures" }
            .Select(name => new Command(name, "needs libtorch: add -p:Libtorch=true to dotnet run (475 MB)", null, Everything: false)),
#endif
        new("learning", "nanoGPT's CPU configuration on tiny Shakespeare (NATIVESSL_DATA), with its picture", Learning.Run, Everything: false),
        new("learning-rate", "chooses the rate of the recipe nano-gpt-tuned on held-out training text (NATIVESSL_DATA)", LearningRate.Run, Everything: false),
        new("simclr", "SimCLR on CIFAR-10 (NATIVESSL_DATA): three seeds beside their controls, scores without labels along the way", ContrastiveLearning.Run, Everything: false),
        new("encoders", "which encoder learns most of CIFAR-10 in five minutes (NATIVESSL_DATA)", EncoderChoice.Run, Everything: false),
        new(ContrastiveStudy.Cifar.Recipe, "half an hour of it, with fine-tuning, spoilt images, and other sets (NATIVESSL_DATA)", ContrastiveStudy.Cifar.Run, Everything: false),
        new(ContrastiveStudy.Fashion.Recipe, "SimCLR on Fashion-MNIST likewise (NATIVESSL_DATA)", ContrastiveStudy.Fashion.Run, Everything: false),
        new("masked-words", "masked words of Gutenberg's books (NATIVESSL_DATA), beside counting; leaves the encoder for adaptation", Texts.MaskedStudy.Run, Everything: false),
        new("masked-words-long", "a longer run over all English text at hand (NATIVESSL_DATA); leaves the encoder for few-labels, sentences and text-tasks", Texts.MaskedStudy.RunLong, Everything: false),
        new("spans", "T5 on all English text at hand and French sentences (NATIVESSL_DATA); leaves the model for translation and summaries", Texts.SpanStudy.Run, Everything: false),
        new("span-starts", "an ablation of it (NATIVESSL_DATA): attention that begins focused, and nearly even", Texts.SpanStartStudy.Run, Everything: false),
        new("attention-starts", "the same of BERT and GPT, five seeds (NATIVESSL_DATA)", Texts.AttentionStartStudy.Run, Everything: false),
        new("translation", "English to French (NATIVESSL_DATA): T5 fine-tuned and from scratch", Texts.RewritingStudy.Translation, Everything: false),
        new("summaries", "papers' abstracts to a sentence (NATIVESSL_DATA): T5 fine-tuned and from scratch, beside the first sentence", Texts.RewritingStudy.Summaries, Everything: false),
        new("few-labels", "intents and sentiment with few labels (NATIVESSL_DATA): fine-tuned, from scratch, counted words", Texts.FewLabelStudy.Run, Everything: false),
        new("sentences", "SimCSE (NATIVESSL_DATA): cosines against what people say, with its ablations", Texts.SentenceStudy.Run, Everything: false),
        new("text-tasks", "what masked words are good for (NATIVESSL_DATA): probes, clusters, out of scope, entailment, spoilt texts", Texts.TaskStudy.Run, Everything: false),
        new("adaptation", "the encoder of masked words goes on in another field (NATIVESSL_DATA): what it wins there, and forgets", Texts.AdaptationStudy.Run, Everything: false),
        new("bilingual", "masked words in two languages (NATIVESSL_DATA): do translations find each other?", Texts.BilingualStudy.Run, Everything: false),
        new("bilingual-spans", "the same of T5 (NATIVESSL_DATA); --validation asks the part by which settings are chosen", Texts.BilingualSpanStudy.Run, Everything: false),
        new("next-sentence", "next sentences and their order (NATIVESSL_DATA), beside guessing and shared words; --whole for all steps of the recipe", Texts.NextSentenceStudy.Run, Everything: false),
        new("corpus", "tokenizers, tokens and samples of 100 MB of text (NATIVESSL_DATA): does memory grow with it?", Texts.CorpusStudy.Run, Everything: false),
        new("gpt-tasks", "a GPT of pieces of words, pretrained on Gutenberg's books (NATIVESSL_DATA), then fine-tuned with few labels: λ 0 and 0.5, from scratch", Texts.GptTaskStudy.Run, Everything: false),
        new("soak", "10,000 steps of text, 2,000 of images: does memory grow? 50 kills: does every run resume?", Soak.Run, Everything: false),
        new("views", "views of images: milliseconds for 512 of them, recipe by recipe", MakeViews.Run),
        new("gpu", "every op and whole steps on a GPU (cuda, or opencl), beside PyTorch if gpu.py has timed it: see Bench/gpu.sh", Gpu.GpuSpeed.Run, Everything: false),
        new("ptx", "registers, shared memory and stack of every GPU kernel, by NVIDIA's assembler (ptxas), without a GPU", KernelAssembly.Run, Everything: false),
        new("micro", "BenchmarkDotNet, one class an op; what follows is passed on to it", NativeSsl.Bench.Micro.MicroCommand.Run, Everything: false),
    ];

    public static int Run(string[] arguments)
    {
        if (arguments is ["all", .. var rest]) return RunAll(rest);
        if (arguments.Length == 0 || All.FirstOrDefault(command => command.Name == arguments[0]) is not { } chosen)
        {
            Console.WriteLine("Measures NativeSsl, most of it beside libtorch. Commands:");
            Console.WriteLine($"  {"all",-12}every command that writes Bench/Results in turn; name some to run only those");
            foreach (Command command in All) Console.WriteLine($"  {command.Name,-12}{command.Help}");
            Console.WriteLine("--quick measures a tenth as long, to see whether a command works.");
            return arguments.Length == 0 ? 0 : 2;
        }
        if (chosen.Run is null)
        {
            Console.Error.WriteLine($"{chosen.Name} compares with libtorch, which this build is without. It is a download of 475 MB:");
            Console.Error.WriteLine($"  dotnet run -c Release --project Bench -p:Libtorch=true -- {string.Join(' ', arguments)}");
            return 2;
        }
        chosen.Run(arguments[1..]);
        return 0;
    }

    static int RunAll(string[] arguments)
    {
        string[] flags = [.. arguments.Where(argument => argument.StartsWith('-'))], names = [.. arguments.Except(flags)];
        long start = Stopwatch.GetTimestamp();
        int failures = 0;
        foreach (Command command in All.Where(command => names.Length == 0 ? command.Everything : names.Contains(command.Name)))
        {
            Console.WriteLine($"\n=== {command.Name} ({Stopwatch.GetElapsedTime(start).TotalMinutes:F1} minutes so far)");
            int status = Self.Run([command.Name, .. flags]);
            if (status == 0) continue;
            failures++;
            Console.Error.WriteLine($"{command.Name} ended with {status}; the others go on. Again: all {command.Name}");
        }
        Console.WriteLine($"\n{Stopwatch.GetElapsedTime(start).TotalMinutes:F1} minutes, {failures} failures");
        return failures;
    }
}
