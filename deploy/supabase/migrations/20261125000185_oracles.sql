-- Oracles: rates as the chain's price oracle gave them, and where the law asks for a SIM's registration.

create table gesim.oracles_rates (
  pair text primary key,
  -- Decimal with 18 digits after the point, as the oracle answers.
  rate numeric(48, 18) not null,
  updated_at bigint not null,
  read_at bigint not null
);

-- What the law of a country asks when a SIM is sold there. It binds the issuer: a profile that only roams there is
-- registered, where at all, by the law of the country that issued it. A lawyer checks a row before it is relied on.
create table gesim.oracles_compliance (
  country text primary key check (country ~ '^[A-Z]{2}$'),
  requirement text not null check (requirement in ('none', 'registration', 'blocked')),
  note text not null,
  source text not null,
  noted_on date not null default '2026-11-25'
);

insert into gesim.oracles_compliance (country, requirement, note, source) values
  ('AT', 'registration', 'Prepaid SIM cards are registered with an identity document since 2019.', 'Telekommunikationsgesetz, identification of prepaid customers'),
  ('AU', 'registration', 'Identity checks before a prepaid service is activated.', 'Telecommunications (Service Provider - Identity Checks for Prepaid Mobile Carriage Services) Determination 2017'),
  ('BD', 'registration', 'Biometric registration of every SIM.', 'BTRC biometric verification rules'),
  ('BE', 'registration', 'Buyers of prepaid cards are identified.', 'Royal Decree of 27 November 2016 on the identification of end users of prepaid cards'),
  ('BR', 'registration', 'A tax number or passport is registered with each prepaid line.', 'Law 10.703 of 2003'),
  ('CH', 'registration', 'Subscribers of prepaid cards are identified with a document.', 'BÜPF and VÜPF, article 20'),
  ('CN', 'registration', 'Real-name registration, with a face scan for new lines.', 'MIIT real-name registration rules'),
  ('DE', 'registration', 'The buyer of a prepaid card is identified before activation.', 'Telekommunikationsgesetz, section 172'),
  ('ES', 'registration', 'Buyers of prepaid cards are recorded in a register.', 'Law 25/2007, single additional provision'),
  ('FR', 'registration', 'Prepaid customers give their identity after purchase.', 'Code des postes et des communications électroniques'),
  ('GB', 'none', 'Prepaid SIM cards are sold without registration.', 'No statutory duty known'),
  ('HK', 'registration', 'Every SIM is registered with a name before activation.', 'Telecommunications (Registration of SIM Cards) Regulation, Cap. 106AI'),
  ('HU', 'registration', 'Prepaid customers are identified.', 'Electronic Communications Act'),
  ('ID', 'registration', 'Lines are registered with an identity number or passport.', 'Ministerial regulation on registration of telecommunications customers'),
  ('IE', 'none', 'Prepaid SIM cards are sold without registration.', 'No statutory duty known'),
  ('IN', 'registration', 'Customers pass a KYC check before activation.', 'DoT subscriber verification rules'),
  ('IT', 'registration', 'Customers are identified before activation.', 'Electronic Communications Code, identification of subscribers'),
  ('JP', 'registration', 'Voice lines need identification; data-only lines are handled by the seller.', 'Mobile Phone Improper Use Prevention Act'),
  ('KE', 'registration', 'Every SIM is registered in person.', 'Kenya Information and Communications (Registration of SIM-Cards) Regulations'),
  ('KR', 'registration', 'Lines are registered with an identity document.', 'Telecommunications Business Act'),
  ('MY', 'registration', 'Prepaid users are registered with an identity document.', 'MCMC guidelines on registration of prepaid users'),
  ('NG', 'registration', 'SIMs are linked to a national identity number.', 'NCC Registration of Telephone Subscribers Regulations'),
  ('NL', 'none', 'Prepaid SIM cards are sold without registration.', 'No statutory duty known'),
  ('NO', 'registration', 'Customers are identified before activation.', 'Electronic Communications Act'),
  ('PH', 'registration', 'Every SIM is registered before activation.', 'Republic Act 11934'),
  ('PK', 'registration', 'Biometric registration of every SIM.', 'PTA subscriber verification rules'),
  ('PL', 'registration', 'Prepaid users are registered with an identity document.', 'Anti-Terrorism Act of 10 June 2016'),
  ('SA', 'registration', 'Biometric registration of every SIM.', 'CST rules on subscriber registration'),
  ('SE', 'registration', 'Prepaid users are registered since 2022.', 'Electronic Communications Act (2022:482)'),
  ('SG', 'registration', 'Prepaid SIM cards are registered with an identity document.', 'IMDA prepaid SIM registration conditions'),
  ('TH', 'registration', 'Lines are registered with an identity document.', 'NBTC registration rules'),
  ('TR', 'registration', 'Lines are registered, and devices by their IMEI after a stay.', 'Electronic Communications Law 5809'),
  ('TW', 'registration', 'Lines are registered with two identity documents.', 'NCC rules on telephone numbers'),
  ('AE', 'registration', 'Lines are registered with an identity document.', 'TDRA registration policy'),
  ('US', 'none', 'Prepaid SIM cards are sold without registration.', 'No federal duty known'),
  ('ZA', 'registration', 'Every SIM is registered with identity and address.', 'RICA, Act 70 of 2002');

select gesim.protect('oracles_rates, oracles_compliance');
