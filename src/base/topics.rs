//! What callers and their memories talk about: a few subjects of any customer line, each with the fact a memory
//! holds, the question a caller asks and the reply an agent gives. The mock cloud plants the facts, the workload asks
//! the questions, so that a lexical search has something true to find.

/// A subject of conversation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Topic {
    /// One word.
    pub name: &'static str,
    /// What the memory holds.
    pub fact: &'static str,
    /// What the caller asks; shares at least two rare words with [`Topic::fact`].
    pub question: &'static str,
    /// What the agent says.
    pub reply: &'static str,
}

/// All subjects, in a fixed order.
pub const TOPICS: [Topic; 8] = [
    Topic {
        name: "delivery",
        fact: "Parcels are to be left with the neighbour on the second floor when nobody answers the door.",
        question: "Did you note that parcels go to my neighbour when I do not answer the door?",
        reply: "Yes, your parcels go to the neighbour on the second floor when nobody is in.",
    },
    Topic {
        name: "returns",
        fact: "Returned a pair of hiking boots in March because the left sole came loose; the refund went to the card.",
        question: "Has the refund for the hiking boots I returned gone to my card?",
        reply: "The refund for the hiking boots went to your card in March.",
    },
    Topic {
        name: "billing",
        fact: "Wants one invoice a month, on the first working day, sent to the accounting address.",
        question: "Which address do you send the monthly invoice to?",
        reply: "Your monthly invoice goes to the accounting address on the first working day.",
    },
    Topic {
        name: "appointment",
        fact: "The technician's appointment was moved from Tuesday morning to Thursday after four o'clock.",
        question: "When does the technician come, is the appointment still on Thursday?",
        reply: "The technician comes on Thursday after four o'clock.",
    },
    Topic {
        name: "allergy",
        fact: "Is allergic to hazelnuts and asks for the ingredients of every dessert.",
        question: "Can you check the dessert for hazelnuts, because I am allergic?",
        reply: "That dessert holds no hazelnuts; I have your allergy on file.",
    },
    Topic {
        name: "password",
        fact: "Locked out of the customer portal twice; prefers the reset code by text message to the mobile number.",
        question: "Could you send the portal reset code to my mobile again?",
        reply: "A reset code is on its way to your mobile number.",
    },
    Topic {
        name: "contract",
        fact: "The contract runs until the end of September and was extended once with a ten percent discount.",
        question: "How long does my contract still run, and do I keep the discount?",
        reply: "Your contract runs until the end of September and the discount stays.",
    },
    Topic {
        name: "complaint",
        fact: "Complained about the waiting music and was promised a call back by the shift manager.",
        question: "I complained about the waiting music, will the manager call me back?",
        reply: "The shift manager will call you back about the waiting music today.",
    },
];
